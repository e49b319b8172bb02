"""What comes in: authenticated, stored once, with what it means for identity and consent."""

import asyncio
import json

import pytest

from bot import inbound
from channels.base import (
    AddressChanged,
    ChannelKind,
    DeliveryStatus,
    Reachability,
    ReachState,
    Sender,
    StatusUpdate,
    WebhookRequest,
)
from channels.errors import InvalidSignature, MalformedRequest
from crm_store import consents, conversations, cursors, lookups, messages
from crm_store.models.kinds import IdentityState, MessageStatus, Owner

ANA = "+6281200000001"
KEY = "tests-only"


def accept(app, *events, **options):
    return asyncio.run(inbound.accept(app, list(events), **options))


def post(app, channel, body, secret=KEY):
    request = WebhookRequest("POST", "https://x.example/", {"x-akrab-secret": secret}, body)
    return asyncio.run(inbound.receive(app, channel, request))


def body(**fields):
    event = {"type": "message", "id": "m1", "from": ANA, "text": "halo", **fields}
    return json.dumps({"events": [event]}).encode()


def only_message(db):
    with db.reading() as session:
        [message] = messages.thread(session, 1)
        return message


def identity(db, kind="whatsapp", address=ANA):
    with db.reading() as session:
        return lookups.identity_at(session, kind, address)


def test_an_authentic_request_is_stored_and_answered(app, db):
    assert post(app, "wa", body()).status == 200
    assert only_message(db).text == "halo"


def test_the_original_is_kept(app, db):
    post(app, "wa", body())
    with db.reading() as session:
        assert b'"text": "halo"' in messages.original(session, 1).raw


@pytest.mark.parametrize(
    ("channel", "data", "secret", "error"),
    [
        ("nobody", b"{}", KEY, inbound.UnknownChannelError),
        ("wa", b"{}", "wrong", InvalidSignature),
        ("wa", b"not json", KEY, MalformedRequest),
        ("wa", b"x" * 25_000_001, "wrong", inbound.TooLargeError),
        ("wa", body(**{"from": ""}), KEY, MalformedRequest),
        ("wa", body(**{"from": "x" * 500}), KEY, MalformedRequest),
    ],
)
def test_a_request_we_cannot_take_is_refused(app, channel, data, secret, error):
    with pytest.raises(error):
        post(app, channel, data, secret)


def test_a_parser_that_trips_has_met_a_malformed_request(app, wa, monkeypatch):
    def trip(request):
        raise KeyError("odd")

    monkeypatch.setattr(wa, "parse", trip)
    with pytest.raises(MalformedRequest):
        post(app, "wa", body())


def test_a_repeated_request_is_stored_once(app, db):
    for _ in range(3):
        assert post(app, "wa", body()).status == 200
    assert only_message(db).provider_id == "m1"


def test_a_bad_event_does_not_fail_its_neighbours(app, message):
    async def run():
        good = [inbound.accept(app, [message(str(one))]) for one in range(8)]
        bad = inbound.accept(app, [message(sender="x" * 500)])
        return await asyncio.gather(*good[:4], bad, *good[4:], return_exceptions=True)

    results = asyncio.run(run())
    assert isinstance(results[4], inbound.BadAddress)
    assert all(len(ids) == 1 for ids in results[:4] + results[5:])


def test_automatic_mail_is_stored_and_never_answered(app, db, converse):
    assert converse("Out of office", automatic=True) == []
    assert only_message(db).status == MessageStatus.IGNORED


def test_a_stop_the_provider_answered_is_evidence_and_gets_no_answer(app, db, converse):
    assert converse("STOP", keyword="stop") == []
    with db.reading() as session:
        assert consents.current(session, 1) == {("marketing", "whatsapp"): False}
    assert identity(db).state == IdentityState.OPTED_OUT


def test_start_opens_only_its_own_channel(app, db, converse):
    converse("STOP", keyword="stop")
    converse("START", keyword="start")
    with db.reading() as session:
        assert not consents.allowed(session, 1, "marketing", "sms")
        assert consents.allowed(session, 1, "marketing", "whatsapp")
    assert identity(db).state == IdentityState.OK


@pytest.fixture
def with_a_person(converse, db):
    """Ana waits for a person, or is talking to one: the assistant is silent."""
    converse("halo")
    with db.transaction() as session:
        conversations.change_owner(session, conversations.get(session, 1), Owner.QUEUE)


@pytest.mark.parametrize("text", ["STOP", "berhenti!", "jangan kirim promo lagi", "Unsubscribe"])
def test_a_clear_stop_to_a_person_works_at_once_too(converse, db, with_a_person, text):
    assert converse(text) == []
    with db.reading() as session:
        [told] = consents.of_customer(session, 1)
        assert not consents.allowed(session, 1, "marketing", "email")
    assert (told.wording, told.granted) == (text, False)


@pytest.mark.parametrize("text", ["sudah", "stop dulu kak, saya cek", "promo apa?", "batal"])
def test_what_a_person_must_understand_ends_nothing(converse, db, with_a_person, text):
    converse(text)
    with db.reading() as session:
        assert consents.of_customer(session, 1) == []


def test_a_shared_contact_joins_the_customer_who_owns_the_number(app, db, message):
    accept(app, message("halo", sender=ANA))
    ana = Sender("77", "Ana")
    telegram = message("", ana, kind=ChannelKind.TELEGRAM, channel="tg", shared_phone=ANA)
    accept(app, telegram)
    assert identity(db, "telegram", "77").customer_id == identity(db).customer_id


def test_the_channel_can_say_that_an_address_is_blocked(app, db, message):
    accept(app, message())
    accept(app, Reachability("wa", ChannelKind.WHATSAPP, ANA, ReachState.BLOCKED, "e1"))
    assert identity(db).state == IdentityState.BLOCKED


def test_the_provider_can_move_an_address(app, db, message):
    accept(app, message())
    accept(app, AddressChanged("wa", ChannelKind.WHATSAPP, ANA, "+6281200000009", "e1"))
    assert identity(db, address="+6281200000009").customer_id == 1


def test_a_report_is_applied_and_never_lowers(app, db, converse):
    converse("halo")
    for status in (DeliveryStatus.READ, DeliveryStatus.DELIVERED):
        accept(app, StatusUpdate("wa", "2", status))
    with db.reading() as session:
        assert messages.get(session, 2).status == MessageStatus.READ


def test_a_report_can_prove_an_address_dead(app, db, converse):
    converse("halo")
    failed = StatusUpdate("wa", "2", DeliveryStatus.FAILED, "30005", reach=ReachState.DEAD)
    accept(app, failed)
    assert identity(db).state == IdentityState.DEAD


def test_a_polled_channels_place_is_kept_with_what_was_read(app, db, message):
    accept(app, message(), cursor=inbound.Cursor("mail", "uid 7"))
    with db.reading() as session:
        assert cursors.get(session, "mail") == "uid 7"


def test_pages_hear_of_a_new_message(app, message):
    async def run():
        listening = app.feed.listen(["customer:1", "conversation:1"], 5)
        waiting = asyncio.ensure_future(anext(listening))
        await asyncio.sleep(0)
        await inbound.accept(app, [message()])
        return await waiting

    assert "conversation:1" in asyncio.run(run())
