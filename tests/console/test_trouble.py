"""Staff sees which channel cannot send or receive, since when, and what to do, while it is so."""

import pytest

from crm_store import troubles
from crm_store.session import now
from crm_store.troubles import Sender
from tests.console import cast

WHATSAPP, EMAIL = Sender("demo-whatsapp", "whatsapp"), Sender("demo-email", "email")
SAID = "Twilio 63007: no WhatsApp sender with this number in the account"
LINE = "WhatsApp (demo-whatsapp) cannot send"


@pytest.fixture
def stopped(app):
    """WhatsApp is stopped."""
    stop(app, WHATSAPP)


def stop(app, sender, said=SAID):
    with app.db.transaction() as session:
        troubles.stop(session, sender, code="63007", said=said)


@pytest.mark.parametrize("who", [cast.RANI, cast.TOM, cast.DEWI, cast.SARI])
def test_everybody_on_the_staff_sees_it_on_every_page(stopped, signed_in, waiting, who):
    browser = signed_in(who)
    assert LINE in browser.get("/console").text
    assert LINE in browser.get("/console/troubles").text


def test_it_stands_above_a_conversation_too(stopped, rani, waiting):
    stop_line = rani.get(f"/console/conversations/{waiting}").text
    assert LINE in stop_line
    assert "one is tried each minute" in stop_line


@pytest.mark.parametrize(
    ("who", "told"), [(cast.RANI, False), (cast.DEWI, False), (cast.SARI, True)]
)
def test_only_who_can_act_reads_what_the_provider_said(stopped, signed_in, who, told):
    text = signed_in(who).get("/console").text
    assert (SAID in text, "akrab check" in text) == (told, told)
    assert ("Tell whoever looks after Akrab" in text) is not told


def test_nobody_else_sees_it(stopped, browser):
    answer = browser().get("/console/troubles")
    assert answer.status_code == 303
    assert "cannot send" not in browser().get("/").text


def test_it_is_gone_once_it_works_again(stopped, app, rani):
    with app.db.transaction() as session:
        troubles.was_taken(session, WHATSAPP)
    assert "cannot send" not in rani.get("/console").text


def test_a_providers_words_are_text(app, signed_in):
    stop(app, WHATSAPP, said="<script>alert(1)</script> & more.")
    text = signed_in(cast.SARI).get("/console").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; more." in text
    assert "<script>alert" not in text


@pytest.mark.parametrize("sender", [Sender("gone", "sms"), Sender("demo-sms", "whatsapp")], ids=str)
def test_what_is_not_configured_any_more_is_not_told(app, rani, sender):
    stop(app, sender)
    assert "cannot send" not in rani.get("/console").text


def test_a_mailbox_is_told_only_while_its_channel_reads_one(app, rani, monkeypatch):
    with app.db.transaction() as session:
        troubles.cannot_receive(session, EMAIL, since=now(), said="imap refused the sign-in")
    assert "cannot receive" not in rani.get("/console").text
    monkeypatch.setattr(app.channels["demo-email"], "trouble", None, raising=False)
    text = rani.get("/console").text
    assert "Email (demo-email) cannot receive" in text
    assert "does not arrive" in text
