"""One click ends promotions: for mail programs, for people, never for whoever merely looks."""

import asyncio

import httpx
import pytest

from bot import inbound
from bot.delivery.sending import outbound_message
from bot.unsubscribe import pages, withdrawing
from bot.unsubscribe.withdrawing import Ticket
from bot.web import create_web
from bot.worker import Worker
from channels.base import ChannelKind, Sender
from crm_store import consents, conversations, customers, identities, lookups, messages
from crm_store.models.kinds import Author, MessageStatus
from tests.bot.conftest import KEY, memory_channel

ONE_CLICK = {"List-Unsubscribe": "One-Click"}
PAGE = {**ONE_CLICK, "from": "page"}
ANA = "ana@pelanggan.example"


@pytest.fixture
def browse(app):
    """A request to the site from somebody without any cookie."""

    def ask(method, url, **options):
        async def request():
            transport = httpx.ASGITransport(app=create_web(app))
            async with httpx.AsyncClient(transport=transport, base_url="https://x") as client:
                return await client.request(method, url, **options)

        return asyncio.run(request())

    return ask


@pytest.fixture
def ana(db):
    """Ana's mail address; she wants offers by mail and by SMS."""
    with db.transaction() as session:
        identity = identities.resolve(session, kind="email", address=ANA)
        for kind in ("email", "sms"):
            consents.record(
                session, identity.customer_id, purpose="marketing", channel=kind, granted=True,
                wording="ya",
            )  # fmt: skip
        return identity


def path(identity, message_id=0):
    return f"/unsubscribe/{withdrawing.token(KEY, Ticket(identity.id, message_id))}"


def allowed(db, customer_id, kind="email"):
    with db.reading() as session:
        return consents.allowed(session, customer_id, "marketing", kind)


def evidence(db, customer_id):
    with db.reading() as session:
        return consents.of_customer(session, customer_id)[2:]


@pytest.mark.parametrize("body", ["data", "files"])
def test_rfc8058_one_post_without_cookie_ends_offers_by_mail(browse, db, ana, body):
    sent = (
        {"data": ONE_CLICK}
        if body == "data"
        else {"files": {"List-Unsubscribe": (None, "One-Click")}}
    )
    answer = browse("POST", path(ana), **sent)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert not allowed(db, ana.customer_id)
    assert allowed(db, ana.customer_id, "sms")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_c9_1_whoever_only_looks_changes_nothing(browse, db, ana, method):
    answer = browse(method, path(ana))
    assert answer.status_code in (200, 405)
    assert allowed(db, ana.customer_id)


@pytest.mark.parametrize("data", [{}, {"List-Unsubscribe": "one click"}, {"confirm": "yes"}])
def test_a_post_with_anything_else_changes_nothing(browse, db, ana, data):
    assert browse("POST", path(ana), data=data).status_code == 400
    assert allowed(db, ana.customer_id)


def test_repeats_are_nothing(browse, db, ana):
    answers = [browse("POST", path(ana), data=ONE_CLICK).status_code for _ in range(3)]
    assert answers == [200] * 3
    assert len(evidence(db, ana.customer_id)) == 1


def test_d1_the_evidence_says_what_was_clicked_where_and_in_which_message(
    browse, db, ana, app, message
):
    sender = Sender(ANA)
    said = message(sender=sender, kind=ChannelKind.EMAIL)
    [message_id] = asyncio.run(inbound.accept(app, [said]))
    browse("POST", path(ana, message_id), data=PAGE, headers={"accept-language": "en"})
    [kept] = evidence(db, ana.customer_id)
    assert kept.wording == "Stop sending me offers here"
    assert (kept.channel, kept.actor, kept.source_message_id) == ("email", "customer", message_id)


def test_a_message_that_is_gone_is_left_out_of_the_evidence(browse, db, ana):
    assert browse("POST", path(ana, 987), data=ONE_CLICK).status_code == 200
    assert evidence(db, ana.customer_id)[0].source_message_id is None


def test_the_page_stops_every_channel_if_asked(browse, db, ana):
    assert browse("POST", path(ana), data={**PAGE, "scope": "all"}).status_code == 200
    assert not allowed(db, ana.customer_id, "sms")


@pytest.mark.parametrize(
    ("scope", "words"),
    [({}, "no more offers to this address"), ({"scope": "all"}, "on any channel")],
)
def test_the_page_says_where_offers_end(browse, ana, scope, words):
    answer = browse("POST", f"{path(ana)}?lang=en", data={**PAGE, **scope})
    assert words in answer.text


def test_who_was_never_asked_is_kept_as_refusing(browse, db):
    with db.transaction() as session:
        budi = identities.resolve(session, kind="email", address="budi@pelanggan.example")
    assert browse("POST", path(budi), data=ONE_CLICK).status_code == 200
    with db.reading() as session:
        assert consents.withdrawn(session, budi.customer_id, "marketing", "email")


def test_a_link_still_works_after_its_customer_was_merged(browse, db, ana):
    with db.transaction() as session:
        other = identities.resolve(session, kind="sms", address="+6281200000009").customer_id
        customers.merge(session, ana.customer_id, other, reason="same phone")
    assert browse("POST", path(ana), data=ONE_CLICK).status_code == 200
    assert not allowed(db, other)


def test_a_link_to_somebody_erased_is_answered_like_any_other(browse, db, ana):
    gone = withdrawing.token(KEY, Ticket(4711))
    assert browse("POST", f"/unsubscribe/{gone}", data=ONE_CLICK).status_code == 200
    assert browse("GET", f"/unsubscribe/{gone}").status_code == 200


@pytest.mark.parametrize(
    "token", ["x", "1.0.", "1.0.deadbeef", "a.b.c", "1", "%F0%9F%98%80", "1.0." + "0" * 32]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_token_that_is_not_ours_is_not_found(browse, ana, token, method):
    answer = browse(method, f"/unsubscribe/{token}", data=ONE_CLICK if method == "POST" else None)
    assert (answer.status_code, "form" in answer.text) == (404, False)


def test_each_signature_is_for_one_identity_and_message(ana):
    ours = withdrawing.token(KEY, Ticket(7, 9))
    assert withdrawing.read(KEY, ours) == Ticket(7, 9)
    assert withdrawing.read(KEY, ours.replace("7.", "8.", 1)) is None
    assert withdrawing.read("another key", ours) is None


@pytest.mark.parametrize(
    ("accept", "words"), [("id-ID", "Berhenti menerima promosi?"), ("en", "Stop receiving offers?")]
)
def test_the_page_speaks_the_readers_language_and_hides_the_address(browse, ana, accept, words):
    shown = browse("GET", path(ana), headers={"accept-language": accept}).text
    assert words in shown
    assert "a•••@pelanggan.example" in shown
    assert ANA not in shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [("a@b.example", "a•••@b.example"), ("+6281200000001", "•••0001"), ("1234", "•••")],
)
def test_an_address_is_shown_masked(address, shown):
    assert pages.masked(address) == shown


def test_too_many_clicks_on_one_link_are_slowed_down(app, ana, db, monkeypatch):
    monkeypatch.setattr(pages, "POSTS_A_SECOND", 0.001)  # however slow the machine is

    async def click_often():
        transport = httpx.ASGITransport(app=create_web(app))
        async with httpx.AsyncClient(transport=transport, base_url="https://x") as client:
            return [(await client.post(path(ana), data=ONE_CLICK)).status_code for _ in range(8)]

    assert set(asyncio.run(click_often())) == {200, 429}
    assert not allowed(db, ana.customer_id)


@pytest.fixture
def queued(app, db, ana):
    """Queue a message to Ana by mail; gives it as claimed for sending."""

    def make(**content):
        with db.transaction() as session:
            talk = lookups.conversation_at(session, "email", ANA)
            if talk is None:
                talk = conversations.for_identity(session, ana, "mail")
                session.flush()
            messages.queue(
                session, talk, text="Promo!", author=Author.SYSTEM, priority=5, content=content
            )
        with db.transaction() as session:
            [claimed] = messages.claim(session)
            return claimed

    return make


def test_marketing_carries_a_link_that_works(app, db, ana, browse, queued):
    claimed = queued(marketing=True)
    url = outbound_message(claimed, app.settings).unsubscribe_url
    assert browse("POST", url, data=ONE_CLICK).status_code == 200
    assert evidence(db, ana.customer_id)[0].source_message_id == claimed.id


@pytest.mark.parametrize(
    ("content", "url"),
    [
        ({}, None),
        ({"marketing": True, "unsubscribe_url": "https://x.example"}, "https://x.example"),
    ],
)
def test_an_answer_has_no_link_and_an_authors_own_is_kept(app, queued, content, url):
    assert outbound_message(queued(**content), app.settings).unsubscribe_url == url


def test_without_https_there_is_no_link(app, queued):
    web = app.settings.web.model_copy(update={"public_url": "http://localhost:8000"})
    settings = app.settings.model_copy(update={"web": web})
    assert outbound_message(queued(marketing=True), settings).unsubscribe_url is None


def test_what_waits_for_who_has_clicked_is_dropped(app, db, ana, browse):
    app.channels["mail"] = memory_channel("mail", ChannelKind.EMAIL)
    with db.transaction() as session:
        talk = conversations.for_identity(session, ana, "mail")
        session.flush()
        offer = messages.queue(
            session, talk, text="Promo!", author=Author.SYSTEM, priority=5,
            content={"marketing": True},
        ).id  # fmt: skip
    browse("POST", path(ana), data=ONE_CLICK)

    async def work():
        await Worker(app).idle()

    asyncio.run(work())
    with db.reading() as session:
        kept = messages.get(session, offer)
        assert (kept.status, kept.error) == (MessageStatus.DROPPED, "consent was withdrawn")
