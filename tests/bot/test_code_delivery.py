"""One-time codes reach the customer also when WhatsApp's window is closed."""

from datetime import timedelta

import pytest

from actions.context import CodeWanted
from bot.delivery import code_delivery, template_list
from channels.templates import ChannelTemplate, TemplateState
from crm_store import identities, lookups, messages
from crm_store.session import now

PHONE = "+6281200000001"
CODE = CodeWanted("whatsapp", PHONE, "Kode Anda 123456", "123456")


@pytest.fixture
def ana(app, converse):
    """Ana has written on WhatsApp; `ana(hours)` sends her a code that much later."""
    converse("halo")

    def later(hours):
        with app.db.transaction() as session:
            talk = lookups.conversation_at(session, "whatsapp", PHONE)
            talk.last_inbound_at = now() - timedelta(hours=hours)
            code_delivery.queue(session, app, CODE)

    return later


def codes(language="id", state=TemplateState.APPROVED):
    """WhatsApp's template for codes."""
    return ChannelTemplate(
        f"HX-{language}", "kode", language, "{{1}}", ("1",), state=state, category="AUTHENTICATION"
    )


@pytest.fixture
def offered(app):
    """The provider's list has these templates."""

    def keep(*found):
        with app.db.transaction() as session:
            talk = lookups.conversation_at(session, "whatsapp", PHONE)
            template_list.keep(session, talk.channel, found)

    return keep


def said(app, kind):
    with app.db.reading() as session:
        talk = lookups.conversation_at(session, kind, PHONE)
        return [one.text for one in messages.thread(session, talk.id)] if talk else []


def test_within_the_window_a_code_goes_where_it_was_asked_for(app, ana):
    ana(hours=1)
    assert (said(app, "whatsapp")[-1], said(app, "sms")) == (CODE.text, [])


def test_a6_1_outside_the_window_it_goes_by_sms_to_the_same_customer(app, ana):
    ana(hours=25)
    assert (said(app, "whatsapp")[-1], said(app, "sms")) == ("echo: halo", [CODE.text])
    with app.db.reading() as session:
        owners = [lookups.identity_at(session, kind, PHONE) for kind in ("whatsapp", "sms")]
    assert len({one.customer_id for one in owners}) == 1


def test_without_sms_the_code_fails_where_staff_can_see_it(app, ana):
    del app.channels["sms"]
    ana(hours=25)
    assert said(app, "whatsapp")[-1] == CODE.text


def test_an_address_that_is_no_number_gets_no_sms(app):
    with app.db.transaction() as session:
        identities.resolve(session, kind="whatsapp", address="ID.abc123")
        code_delivery.queue(session, app, CodeWanted("whatsapp", "ID.abc123", "Kode 123456"))
        talk = lookups.conversation_at(session, "whatsapp", "ID.abc123")
        assert [one.text for one in messages.thread(session, talk.id)] == ["Kode 123456"]


def test_nobodys_address_gets_nothing(app):
    with app.db.transaction() as session:
        code_delivery.queue(session, app, CodeWanted("sms", "+6281299990000", "Kode 123456"))
        assert lookups.identity_at(session, "sms", "+6281299990000") is None


def test_a6_1_outside_the_window_an_approved_template_for_codes_carries_it(app, ana, offered):
    offered(codes("en"), codes("id"))
    ana(hours=25)
    with app.db.reading() as session:
        talk = lookups.conversation_at(session, "whatsapp", PHONE)
        sent = messages.thread(session, talk.id)[-1]
    assert sent.content["template"] == {"name": "HX-id", "variables": {"1": "123456"}}
    assert said(app, "sms") == []


def test_a_template_for_codes_that_is_not_approved_leaves_it_to_sms(app, ana, offered):
    offered(codes(state=TemplateState.PAUSED))
    ana(hours=25)
    assert said(app, "sms") == [CODE.text]


def test_within_the_window_no_template_is_paid_for(app, ana, offered):
    offered(codes())
    ana(hours=1)
    with app.db.reading() as session:
        talk = lookups.conversation_at(session, "whatsapp", PHONE)
        assert "template" not in messages.thread(session, talk.id)[-1].content
