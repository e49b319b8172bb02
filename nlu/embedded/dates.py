"""Dates as people say them, in Indonesian and English, as ISO dates in Jakarta's calendar."""

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta, timezone

from nlu.embedded.amounts import number_of
from nlu.embedded.found import Found

JAKARTA = timezone(timedelta(hours=7), "Asia/Jakarta")
"""Western Indonesia has no summer time."""

_MONTHS = {
    name: number
    for number, names in enumerate(
        "januari january jan|februari february feb pebruari|maret march mar|april apr|mei may"
        "|juni june jun|juli july jul|agustus august agu ags aug agt|september sept sep"
        "|oktober october okt oct|november nov nopember|desember december des dec".split("|"),
        start=1,
    )
    for name in names.split()
}
_DAYS = {
    name: number
    for number, names in enumerate(
        "senin monday|selasa tuesday|rabu wednesday|kamis thursday|jumat jum'at friday"
        "|sabtu saturday|minggu sunday ahad".split("|")
    )
    for name in names.split()
}
_FIXED = {
    words: days
    for days, forms in {
        0: "hari ini|hr ini|today|tadi|tadi pagi|tadi siang|tadi sore|barusan|this morning"
        "|nanti malam|tonight",
        -1: "kemarin|kemaren|kmrn|kmarin|yesterday|semalam|tadi malam|last night|kemarin malam",
        -2: "kemarin lusa|kemarin dulu|the day before yesterday|day before yesterday",
        1: "besok|bsk|bsok|esok|tomorrow|tmrw|besok pagi",
        2: "lusa|besok lusa|the day after tomorrow|day after tomorrow",
        -7: "minggu lalu|minggu kemarin|minggu kmrn|last week|seminggu lalu|seminggu yang lalu"
        "|seminggu yg lalu|a week ago",
        7: "minggu depan|next week|seminggu lagi",
    }.items()
    for words in forms.split("|")
}
_UNITS = {
    "hari": "d",
    "hr": "d",
    "day": "d",
    "days": "d",
    "minggu": "w",
    "mgg": "w",
    "pekan": "w",
    "week": "w",
    "weeks": "w",
    "bulan": "m",
    "bln": "m",
    "month": "m",
    "months": "m",
    "tahun": "y",
    "thn": "y",
    "year": "y",
    "years": "y",
}


def _any(words: dict[str, int] | dict[str, str]) -> str:
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


_COUNT = (
    r"\d{1,3}|se|a|an|one|two|three|four|five|six|seven|eight|nine|ten|satu|dua|tiga|empat|lima"
    r"|enam|tujuh|delapan|sembilan|sepuluh"
)
_AGO = re.compile(
    rf"\b(?P<count>{_COUNT})[ -]{{0,2}}(?P<unit>{_any(_UNITS)}) (?:(?:yang|yg) )?"
    r"(?P<way>lalu|kemarin|kmrn|ago|silam|lagi|from now)\b"
)
_IN = re.compile(rf"\b(?:in|dalam) (?P<count>{_COUNT}) (?P<unit>{_any(_UNITS)})\b")
_SIDE = re.compile(
    r"\b(?:(?P<unit>bulan|bln|tahun|thn) (?P<side>lalu|kemarin|kmrn|depan)"
    r"|(?P<eside>last|next) (?P<eunit>month|year))\b"
)
_WEEKDAY = re.compile(
    rf"\b(?:(?P<before>last|next|this|on|hari|hr) )?(?P<day>{_any(_DAYS)})"
    r"(?: (?P<after>lalu|kemarin|kmrn|depan|ini))?\b"
)
_WORDS = re.compile(rf"\b(?:{_any(_FIXED)})\b")
_MONTH = _any(_MONTHS)
_LONG = re.compile(
    rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?[ -]{{1,2}}(?P<month>{_MONTH})\b"
    r"(?:,?[ -](?P<year>\d{4}|'?\d{2})\b)?"
)
_ENGLISH = re.compile(
    rf"\b(?P<month>{_MONTH}) (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>\d{{4}})\b)?"
)
_ISO = re.compile(r"(?<![\w-])(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})(?![\w-])")
_SHORT = re.compile(
    r"(?<![\w/.-])(?P<day>\d{1,2})[/.-](?P<month>\d{1,2})[/.-](?P<year>\d{4}|\d{2})(?![\w/-])"
)
_DAY_ONLY = re.compile(r"\b(?:tgl|tanggal|tggl) (?P<day>\d{1,2})\b")


def today(now: datetime | None) -> date:
    """Today in Jakarta."""
    return (now or datetime.now(JAKARTA)).astimezone(JAKARTA).date()


def find_dates(text: str, now: date) -> list[Found]:
    """ISO dates, from the most explicit form to the least; none overlaps another."""
    found: list[Found] = []
    for pattern, read in _FORMS:
        for match in pattern.finditer(text):
            if any(match.start() < f.end and f.start < match.end() for f in found):
                continue
            value = _safely(read, match, now)
            if value is not None:
                found.append(Found(match.start(), match.end(), value.isoformat()))
    return sorted(found, key=lambda each: each.start)


def _safely(
    read: Callable[[re.Match[str], date], date | None], match: re.Match[str], now: date
) -> date | None:
    try:
        return read(match, now)
    except (ValueError, OverflowError):
        # no such day, such as 31 February: not a date after all
        return None


def _absolute(match: re.Match[str], now: date) -> date:
    day = int(match["day"])
    month = _MONTHS.get(match["month"]) or int(match["month"])
    written = match["year"]
    if written:
        year = int(written.lstrip("'"))
        return date(year + 2000 if year < 100 else year, month, day)
    # customers speak of what has happened more than of what will
    return min(
        _candidates(now, month, day),
        key=lambda each: (each - now) * 2 if each > now else now - each,
    )


def _candidates(now: date, month: int, day: int) -> Iterator[date]:
    for year in (now.year - 1, now.year, now.year + 1):
        yield date(year, month, day)


def _day_only(match: re.Match[str], now: date) -> date:
    """ "tgl 12": the nearest 12th."""
    day = int(match["day"])
    near = [_months(now.replace(day=1), shift) for shift in (-1, 0, 1)]
    fitting = [each.replace(day=day) for each in near if day <= _days_in(each)]
    return min(fitting, key=lambda each: abs(each - now))


def _ago(match: re.Match[str], now: date) -> date:
    sign = 1 if match["way"] in ("lagi", "from now") else -1
    return _shift(now, match["unit"], sign * _count(match["count"]))


def _ahead(match: re.Match[str], now: date) -> date:
    return _shift(now, match["unit"], _count(match["count"]))


def _side(match: re.Match[str], now: date) -> date:
    unit = match["unit"] or match["eunit"]
    ahead = (match["side"] or match["eside"]) in ("depan", "next")
    return _shift(now, unit, 1 if ahead else -1)


def _weekday(match: re.Match[str], now: date) -> date | None:
    name, before, after = match["day"], match["before"], match["after"]
    if name == "minggu" and before not in ("hari", "hr"):
        # alone it is as often "week" as "Sunday"
        return None
    away = (_DAYS[name] - now.weekday()) % 7
    if before == "last" or after in ("lalu", "kemarin", "kmrn"):
        return now + timedelta(days=away - 7)
    if before == "next" or after == "depan":
        return now + timedelta(days=away or 7)
    return now + timedelta(days=away)


def _fixed(match: re.Match[str], now: date) -> date:
    return now + timedelta(days=_FIXED[match[0]])


def _count(written: str) -> int:
    if written.isdigit():
        return int(written)
    return 1 if written in ("se", "a", "an") else number_of([written])


def _shift(now: date, unit: str, count: int) -> date:
    kind = _UNITS[unit]
    if kind == "d":
        return now + timedelta(days=count)
    if kind == "w":
        return now + timedelta(weeks=count)
    return _months(now, count * (12 if kind == "y" else 1))


def _months(day: date, count: int) -> date:
    """The same day some months away, or the month's last if it is shorter."""
    index = day.year * 12 + day.month - 1 + count
    first = date(index // 12, index % 12 + 1, 1)
    return first.replace(day=min(day.day, _days_in(first)))


def _days_in(day: date) -> int:
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date], date | None]], ...] = (
    (_ISO, _absolute),
    (_SHORT, _absolute),
    (_LONG, _absolute),
    (_ENGLISH, _absolute),
    (_DAY_ONLY, _day_only),
    (_AGO, _ago),
    (_IN, _ahead),
    (_SIDE, _side),
    (_WEEKDAY, _weekday),
    (_WORDS, _fixed),
)
