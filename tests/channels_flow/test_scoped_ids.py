"""A1.7: people on WhatsApp who show an id instead of a number, from webhook to store and back."""

import pytest
from sqlalchemy import select

from crm_store.models import Conversation

pytestmark = pytest.mark.anyio
SCOPED, OTHER = "ID.4566546130240823", "ID.9999000011112222"
PHONE, NEW_PHONE = "+6281200000031", "+6281200000032"
NUMBERLESS = {"From": f"whatsapp:{SCOPED}", "WaId": "", "ExternalUserId": f"whatsapp:{SCOPED}"}
BOTH = {
    "From": f"whatsapp:{PHONE}",
    "WaId": PHONE[1:],
    "ExternalUserId": f"whatsapp:{SCOPED}",
}


async def hear(stage, *told):
    for number, fields in enumerate(told):
        assert await stage.twilio.customer_writes(f"halo {number}", **fields) == 200
        await stage.rest()


async def test_a1_7_an_id_without_a_number_is_answered_at_the_id(stage):
    stage.twilio.takes_ids = True
    await hear(stage, NUMBERLESS)
    assert [sent["to"] for sent in stage.twilio.messages] == [f"whatsapp:{SCOPED}"]
    assert [one.text for one in stage.said(SCOPED)] == ["halo 0"]


@pytest.mark.parametrize(
    ("first", "then"), [(NUMBERLESS, BOTH), (BOTH, NUMBERLESS)], ids=["id first", "number first"]
)
async def test_a1_7_id_and_number_seen_together_are_one_person(stage, first, then):
    await hear(stage, first, then)
    by_id, by_phone = stage.identity(SCOPED), stage.identity(PHONE)
    assert by_id.customer_id == by_phone.customer_id
    with stage.app.db.reading() as session:
        assert len(session.scalars(select(Conversation)).all()) == 1


async def test_a1_7_a_number_that_comes_later_is_known_as_the_persons(stage):
    await hear(stage, NUMBERLESS, BOTH)
    assert stage.identity(SCOPED).phone == PHONE


async def test_a1_7_a_new_number_has_a_new_id_and_is_nobody_known(stage):
    """Meta gives a changed number another id; only a person may say that both are one."""
    moved = {"From": f"whatsapp:{NEW_PHONE}", "WaId": NEW_PHONE[1:], "ExternalUserId": OTHER}
    await hear(stage, BOTH, moved)
    assert stage.identity(PHONE).customer_id != stage.identity(NEW_PHONE).customer_id
