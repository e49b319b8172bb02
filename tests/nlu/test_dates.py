"""Dates as people say them; today is Sunday 22 November 2026 in Jakarta."""

from datetime import UTC, date, datetime

import pytest

from nlu.embedded.dates import find_dates, today

TODAY = date(2026, 11, 22)
DATES = [
    ("hari ini", "2026-11-22"),
    ("tadi pagi", "2026-11-22"),
    ("kemarin", "2026-11-21"),
    ("kmrn", "2026-11-21"),
    ("kemarin lusa", "2026-11-20"),
    ("semalam", "2026-11-21"),
    ("besok", "2026-11-23"),
    ("lusa", "2026-11-24"),
    ("besok lusa", "2026-11-24"),
    ("3 hari lalu", "2026-11-19"),
    ("3 hari yang lalu", "2026-11-19"),
    ("dua hari yg lalu", "2026-11-20"),
    ("seminggu lalu", "2026-11-15"),
    ("2 minggu lalu", "2026-11-08"),
    ("minggu lalu", "2026-11-15"),
    ("minggu depan", "2026-11-29"),
    ("bulan lalu", "2026-10-22"),
    ("sebulan yang lalu", "2026-10-22"),
    ("bulan depan", "2026-12-22"),
    ("tahun lalu", "2025-11-22"),
    ("3 hari lagi", "2026-11-25"),
    ("12 mei 2026", "2026-05-12"),
    ("12 mei", "2026-05-12"),
    ("1 januari", "2027-01-01"),
    ("12-mei-2026", "2026-05-12"),
    ("12 agustus 25", "2025-08-12"),
    ("12/05/2026", "2026-05-12"),
    ("12-5-26", "2026-05-12"),
    ("2026-05-12", "2026-05-12"),
    ("tgl 12", "2026-11-12"),
    ("tanggal 30", "2026-11-30"),
    ("senin lalu", "2026-11-16"),
    ("hari senin", "2026-11-23"),
    ("jumat kemarin", "2026-11-20"),
    ("sabtu depan", "2026-11-28"),
    ("hari minggu", "2026-11-22"),
    ("yesterday", "2026-11-21"),
    ("today", "2026-11-22"),
    ("tomorrow", "2026-11-23"),
    ("last monday", "2026-11-16"),
    ("next friday", "2026-11-27"),
    ("3 days ago", "2026-11-19"),
    ("a week ago", "2026-11-15"),
    ("two months ago", "2026-09-22"),
    ("last month", "2026-10-22"),
    ("may 12, 2026", "2026-05-12"),
    ("in 2 weeks", "2026-12-06"),
    ("31 februari", None),
    ("99/99/2026", None),
    ("minggu", None),
]


@pytest.mark.parametrize(("text", "value"), DATES)
def test_a_date_is_read(text: str, value: str | None) -> None:
    found = find_dates(f"pesan {text}", TODAY)
    assert [each.value for each in found] == ([value] if value else [])


def test_today_is_jakartas() -> None:
    assert today(datetime(2026, 11, 21, 18, 0, tzinfo=UTC)) == TODAY


def test_two_dates_are_both_read() -> None:
    found = find_dates("dari 3 mei sampai besok", TODAY)
    assert [each.value for each in found] == ["2026-05-03", "2026-11-23"]
