"""What is told after a complaint was logged: the wish, the right product, that it is urgent."""

from collections.abc import Callable

import pytest

from crm_store import complaints, touchpoints
from crm_store.models import Complaint
from crm_store.models.kinds import Severity, TouchKind
from crm_store.session import Session

Update = Callable[[Session, Complaint], None]
UPDATES: dict[str, Update] = {
    "wish": lambda session, complaint: complaints.set_wish(session, complaint, "refund"),
    "product": lambda session, complaint: complaints.set_product(session, complaint, "tv"),
    "urgent": complaints.make_urgent,
}


@pytest.fixture
def complaint(session, ana) -> Complaint:
    return complaints.open(
        session,
        customer_id=ana.id,
        category="damaged",
        product="kulkas",
        description="tidak dingin",
        channel="demo-email",
    )


def updates_of(session, complaint) -> list[str]:
    found = touchpoints.of_customer(session, complaint.customer_id)
    return [touch.subject for touch in found if touch.kind == TouchKind.COMPLAINT_UPDATED]


def test_a_wish_is_added_later(session, complaint):
    complaints.set_wish(session, complaint, "refund")
    assert (complaint.wish, complaint.product) == ("refund", "kulkas")


def test_the_product_is_corrected(session, complaint):
    complaints.set_product(session, complaint, "tv")
    assert complaint.product == "tv"


def test_an_urgent_complaint_is_due_sooner(session, complaint):
    before = complaint.due_at
    complaints.make_urgent(session, complaint)
    assert complaint.severity is Severity.HIGH
    assert complaint.due_at < before


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_the_same_update_stands_once_in_the_journal(session, complaint, update):
    for _ in range(2):
        update(session, complaint)
    (subject,) = updates_of(session, complaint)
    assert subject.startswith(complaint.number)


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_a_closed_complaint_is_not_changed(session, complaint, update):
    complaints.resolve(session, complaint, resolution="diganti", actor="staff:1")
    with pytest.raises(complaints.ComplaintClosed):
        update(session, complaint)
