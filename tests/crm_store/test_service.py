"""Complaints, consents, one-time codes."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from crm_store import codes, complaints, consents, touchpoints
from crm_store.models import OneTimeCode
from crm_store.models.kinds import ComplaintStatus, Severity
from crm_store.session import now
from tests.crm_store_cast import arrive

YEAR = now().year


def complain(session, person, **values):
    facts = {"category": "product", "description": "kulkas tidak dingin", **values}
    return complaints.open(session, customer_id=person.id, **facts)


def give(session, person, granted=True, channel="*", purpose="marketing"):
    return consents.record(
        session, person.id, purpose=purpose, channel=channel, granted=granted, wording="ya"
    )


def test_complaints_are_numbered_one_after_the_other(session, ana):
    numbers = [complain(session, ana).number for _ in range(3)]
    assert numbers == [f"K-{YEAR}-{number:06d}" for number in (1, 2, 3)]


def test_a_failed_transaction_gives_its_number_back(db):
    with db.transaction() as session:
        complain(session, arrive(session, "+62811", "Ana"))
        session.rollback()
    with db.transaction() as session:
        ana = arrive(session, "+62811", "Ana")
        assert complain(session, ana).number == f"K-{YEAR}-000001"


def test_twenty_complaints_at_once_have_twenty_numbers(real_db):
    with real_db.transaction() as session:
        ana = arrive(session, "+62811", "Ana").id

    def complain_once(number):
        with real_db.transaction() as session:
            return complaints.open(
                session, customer_id=ana, category="x", description=str(number)
            ).number

    with ThreadPoolExecutor(20) as pool:
        numbers = sorted(pool.map(complain_once, range(20)))
    assert numbers == [f"K-{YEAR}-{number:06d}" for number in range(1, 21)]


def test_one_message_makes_one_complaint(session, ana, says):
    message = says(ana, "m1", "rusak")
    first = complain(session, ana, source_message_id=message.id)
    assert complain(session, ana, source_message_id=message.id) is first


def test_a_complaint_is_found_only_by_its_owner(session, ana, budi):
    number = complain(session, ana).number
    assert complaints.find_own(session, ana.id, f" {number.lower()} ") is not None
    assert complaints.find_own(session, budi.id, number) is None
    assert complaints.by_number(session, number).customer_id == ana.id


def test_a_severe_complaint_is_due_sooner(session, ana):
    normal = complain(session, ana)
    severe = complain(session, ana, severity=Severity.HIGH)
    assert severe.due_at < normal.due_at


def test_details_are_added_until_it_is_closed(session, ana):
    complaint = complain(session, ana)
    complaints.add_note(session, complaint, "masih rusak")
    complaints.resolve(session, complaint, resolution="diganti", actor="staff:1")
    assert [note.text for note in complaints.notes(session, complaint.id)] == ["masih rusak"]
    with pytest.raises(complaints.ComplaintClosed):
        complaints.add_note(session, complaint, "halo?")


def test_a_withdrawn_complaint_is_no_longer_open(session, ana):
    complaint = complain(session, ana)
    complaints.withdraw(session, complaint)
    assert complaints.open_of(session, ana.id) == []
    assert complaints.of_customer(session, ana.id) == [complaint]


def test_a_complaint_is_reopened_and_counted(session, ana):
    complaint = complain(session, ana)
    complaints.resolve(session, complaint, resolution="diganti", actor="staff:1")
    complaints.reopen(session, complaint, reason="rusak lagi", actor="customer")
    assert (complaint.status, complaint.reopened) == (ComplaintStatus.OPEN, 1)


def test_the_life_of_a_complaint_is_in_the_journal(session, ana, rani):
    complaint = complain(session, ana)
    complaints.take_up(session, complaint, staff_id=rani.id)
    complaints.withdraw(session, complaint)
    kinds = [touch.kind.value for touch in touchpoints.of_customer(session, ana.id)]
    assert kinds == ["complaint_resolved", "complaint_updated", "complaint_opened"]


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ([], False),
        ([("whatsapp", True)], True),
        ([("sms", True)], False),
        ([("*", True)], True),
        ([("*", True), ("whatsapp", False)], False),
        ([("whatsapp", False), ("*", True)], True),
        ([("whatsapp", True), ("*", False)], False),
    ],
)
def test_the_latest_answer_for_the_channel_or_for_all_counts(session, ana, answers, allowed):
    for channel, granted in answers:
        give(session, ana, granted, channel)
    assert consents.allowed(session, ana.id, "marketing", "whatsapp") == allowed
    assert consents.current(session, ana.id).get(("marketing", "whatsapp"), allowed) == allowed


def test_consent_is_for_one_purpose_and_one_customer(session, ana, budi):
    give(session, ana)
    assert not consents.allowed(session, ana.id, "profiling", "whatsapp")
    assert not consents.allowed(session, budi.id, "marketing", "whatsapp")


def test_evidence_is_added_and_never_replaced(session, ana):
    give(session, ana)
    give(session, ana, granted=False)
    assert [one.granted for one in consents.of_customer(session, ana.id)] == [True, False]


def issue(session, person, at=None, payload=None):
    return codes.issue(session, person.id, person.identity.id, "link", payload, at=at)


def wrong(code):
    return f"{(int(code) + 1) % 10**6:06d}"


def test_a_right_code_gives_its_payload_once(session, ana):
    code = issue(session, ana, payload={"identity": 7})
    assert codes.pending(session, ana.id, "link")
    assert codes.check(session, ana.id, "link", f" {code} ") == {"identity": 7}
    assert codes.check(session, ana.id, "link", code) is None


def test_a_code_expires_after_ten_minutes(session, ana):
    code = issue(session, ana, at=now() - timedelta(minutes=10))
    assert codes.check(session, ana.id, "link", code) is None


def test_five_tries_are_all_there_are(session, ana):
    code = issue(session, ana)
    for _ in range(5):
        assert codes.check(session, ana.id, "link", wrong(code)) is None
    assert codes.check(session, ana.id, "link", code) is None
    assert not codes.pending(session, ana.id, "link")


def test_a_new_code_makes_the_old_one_worthless(session, ana):
    old, new = issue(session, ana), issue(session, ana)
    assert old == new or codes.check(session, ana.id, "link", old) is None
    assert codes.check(session, ana.id, "link", new) == {}


@pytest.mark.parametrize("code", ["", "abc\ud83d", "9" * 1000])
def test_nonsense_is_a_wrong_code(session, ana, code):
    issue(session, ana)
    assert codes.check(session, ana.id, "link", code) is None


def test_a_code_counts_only_where_and_for_what_it_was_asked(session, ana, budi):
    code = issue(session, ana)
    assert codes.check(session, budi.id, "link", code) is None
    assert codes.check(session, ana.id, "delete", code) is None
    assert codes.check(session, ana.id, "link", code, identity_id=budi.identity.id) is None


def test_only_a_hash_of_a_code_is_kept(session, ana):
    code = issue(session, ana)
    row = session.query(OneTimeCode).one()
    assert code.encode() not in (row.digest, row.salt)
    assert len(row.digest) == 32
