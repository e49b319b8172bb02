"""Inviting a customer to Telegram from the profile card."""

import re

import pytest

from channels.telegram import Config, build
from crm_store import audit, identities, links
from tests.console import cast

TOKEN = "123456:abcdefghijklmnopqrstuvwxyzABCDEFGHI"
LINK = re.compile(r'value="https://t\.me/tokosinarbot\?start=([\w-]{32})"')


@pytest.fixture
def bot(app):
    """A Telegram bot is configured."""
    config = Config(type="telegram", token=TOKEN, username="TokoSinarBot", secret="s")
    app.channels["bot"] = build("bot", config, public_url="https://toko-sinar.example")


@pytest.fixture
def invite(waiting):
    return f"/console/conversations/{waiting}/invite"


def test_without_a_bot_there_is_no_button(rani, waiting, invite):
    assert "Invite to Telegram" not in rani.get(f"/console/conversations/{waiting}").text
    assert cast.post(rani, invite).status_code == 409


def test_the_link_connects_this_customer_once(app, rani, waiting, bot, invite, talk):
    assert "Invite to Telegram" in rani.get(f"/console/conversations/{waiting}").text
    token = LINK.search(cast.post(rani, invite).text)[1]
    with app.db.transaction() as session:
        owner = talk(waiting).customer_id
        assert [links.redeem(session, token) for _ in range(2)] == [owner, None]


def test_a_new_link_makes_the_old_one_void(app, rani, bot, invite):
    old, new = (LINK.search(cast.post(rani, invite).text)[1] for _ in range(2))
    with app.db.transaction() as session:
        assert links.redeem(session, old) is None
        assert links.redeem(session, new) is not None


def test_who_is_on_telegram_is_not_invited(app, rani, waiting, bot, invite, talk):
    with app.db.transaction() as session:
        identity = identities.resolve(session, kind="telegram", address="7")
        identities.verify_by_code(session, identity, talk(waiting).customer_id)
    assert "Invite to Telegram" not in rani.get(f"/console/conversations/{waiting}").text
    assert cast.post(rani, invite).status_code == 409


def test_a_link_being_shown_stays_until_it_was_used(app, rani, waiting, bot, invite, talk):
    assert rani.get(f"{invite}?waiting=1").status_code == 204
    with app.db.transaction() as session:
        identity = identities.resolve(session, kind="telegram", address="7")
        identities.verify_by_code(session, identity, talk(waiting).customer_id)
    assert "t.me" not in rani.get(f"{invite}?waiting=1").text


def test_it_stands_in_the_audit_trail_without_the_token(app, rani, waiting, bot, invite, talk):
    cast.post(rani, invite)
    with app.db.reading() as session:
        entry = audit.of_subject(session, "customer", talk(waiting).customer_id)[0]
    assert (entry.action, entry.detail) == ("invite", {"kind": "telegram"})
    assert entry.actor.startswith("staff:")


@pytest.mark.parametrize("email", [cast.TOM, cast.DEWI])
def test_others_cannot_invite(signed_in, bot, invite, email):
    assert cast.post(signed_in(email), invite).status_code == 403


def test_a_marketer_sees_no_button(signed_in, waiting, bot):
    page = signed_in(cast.DEWI).get(f"/console/conversations/{waiting}").text
    assert "Invite to Telegram" not in page
