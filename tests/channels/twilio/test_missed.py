"""Messages whose webhook nobody answered (A3.2: Twilio does not call again)."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Attachment, ChannelKind, MessageKind, Poller, Reachability, ReachState
from channels.errors import ForeignHost, Gone
from channels.twilio import build, missed
from tests.channels.twilio.conftest import URL, make
from tests.peers.twilio_resources import NUMBER, SERVICE, WHATSAPP

pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def nothing_is_too_young(monkeypatch):
    monkeypatch.setattr(missed, "SETTLED", timedelta(seconds=-5))


@pytest.fixture(autouse=True)
def one_look_must_do(monkeypatch):
    async def fail(_):
        raise AssertionError("Twilio refused to be looked through")

    monkeypatch.setattr(missed.Missed, "_pause", fail)


@pytest.fixture
async def away(shop, twilio):
    """A shop whose webhooks are set, but that nobody can reach."""
    await shop.setup(URL)
    twilio.away = True
    return shop


async def found(channel, since=HOUR):
    """What one look through Twilio's list brings."""
    cursor = (datetime.now(UTC) - since).isoformat()
    events = []
    async for part, reached in channel.poll(cursor):
        events += part
        if not part and reached > cursor:
            return events
    raise AssertionError("it ended")


async def test_a3_2_what_a_customer_wrote_meanwhile_is_found(away, twilio):
    assert await twilio.customer_writes("kulkas saya rusak") == 502
    [message] = await found(away)
    assert (message.text, message.sender.phone) == ("kulkas saya rusak", "+6281200000001")
    assert message.provider_id == twilio.received[0]["sid"]
    assert message.missed
    assert datetime.now(UTC) - message.sent_at < HOUR


async def test_the_list_is_told_oldest_first_over_all_pages_and_senders(away, twilio):
    twilio.page = 2
    for number in range(5):
        await twilio.customer_writes(str(number))
        sms = {"From": "+6281200000002", "To": NUMBER, "WaId": ""}
        await twilio.customer_writes(f"sms {number}", **sms)
    events = await found(away)
    both = (ChannelKind.WHATSAPP, ChannelKind.SMS)
    said = [[one.text for one in events if one.kind is kind] for kind in both]
    assert said == [list("01234"), [f"sms {number}" for number in range(5)]]


async def test_what_we_wrote_ourselves_is_left_alone(away, twilio, to_ana):
    await away.send(to_ana("Halo Ana"))
    assert await found(away) == []


async def test_without_a_cursor_the_account_s_past_is_nobody_s_business(away, twilio):
    await twilio.customer_writes("long before Akrab was here")
    first = await anext(away.poll(None))
    assert first[0] == ()
    assert datetime.now(UTC) - datetime.fromisoformat(first[1]) < HOUR
    assert not [one for one in twilio.requests if one[1].endswith("/Messages.json")]


@pytest.mark.parametrize("cursor", ["", "nonsense", "42"])
async def test_a_cursor_that_is_none_is_taken_for_none(away, cursor):
    assert (await anext(away.poll(cursor)))[0] == ()


async def test_what_may_still_come_by_itself_is_not_looked_for(away, twilio, monkeypatch):
    monkeypatch.setattr(missed, "SETTLED", timedelta(minutes=2))
    await twilio.customer_writes("just now")
    assert await found(away) == []


async def test_nobody_waits_for_an_answer_after_a_week(away, twilio):
    await twilio.customer_writes("eight days ago")
    await twilio.customer_writes("now")
    old = datetime.now(UTC) - timedelta(days=8)
    twilio.received[0] |= {name: old.strftime("%a, %d %b %Y %H:%M:%S +0000")
                           for name in ("date_sent", "date_created")}  # fmt: skip
    assert [one.text for one in await found(away, timedelta(days=30))] == ["now"]


async def test_a_sender_whose_webhook_is_another_s_is_the_other_s(away, twilio):
    await twilio.customer_writes("for the shop's old system")
    twilio.sender["webhook"]["callback_url"] = "https://old.toko-sinar.example/hook"
    assert await found(away) == []


async def test_overrides_behind_the_webhook_s_address_do_not_make_it_another_s(away, twilio):
    await twilio.customer_writes("halo")
    twilio.sender["webhook"]["callback_url"] += "#rc=5&rp=all"
    assert len(await found(away)) == 1


@pytest.mark.parametrize(
    ("changed", "heard"),
    [
        ({}, 1),
        ({"inbound_request_url": "https://old.example/hook"}, 0),
        ({"use_inbound_webhook_on_number": True}, 0),
    ],
)
async def test_a_service_s_messages_are_ours_if_its_webhook_is(twilio, changed, heard):
    shop = make(api_url=twilio.url, whatsapp=None, sms=None, messaging_service=SERVICE)
    await shop.setup(URL)
    twilio.service |= changed
    twilio.away = True
    sms = {"From": "+6281200000002", "To": "+6281100000077", "WaId": ""}
    await twilio.customer_writes("for the service", **sms, MessagingServiceSid=SERVICE)
    await twilio.customer_writes("for another one", **sms, MessagingServiceSid="MG" + "0" * 32)
    assert [one.text for one in await found(shop)] == ["for the service"] * heard
    await shop.close()


async def test_a_photo_is_fetched_from_its_message(away, twilio):
    await twilio.customer_sends(b"a photo", "image/jpeg")
    [message] = await found(away)
    [file] = message.attachments
    assert message.message_kind is MessageKind.MEDIA
    assert (await away.download(file)).content == b"a photo"


async def test_a_photo_that_is_not_there_any_more_is_gone(away, twilio):
    await twilio.customer_sends(b"a photo", "image/jpeg")
    [message] = await found(away)
    twilio.received[0]["files"].clear()
    with pytest.raises(Gone):
        await away.download(message.attachments[0])


async def test_only_twilio_is_asked_for_files(away, twilio):
    await twilio.customer_sends(b"a photo", "image/jpeg")
    sid = twilio.received[0]["sid"]
    with pytest.raises(ForeignHost):
        await away.download(Attachment(f"https://evil.example/Messages/{sid}/Media.json#0"))


async def test_a_stop_is_obeyed_late_with_its_own_time(away, twilio):
    sms = {"From": "+6281200000002", "To": NUMBER, "WaId": ""}
    await twilio.customer_writes("STOP", **sms)
    message, reach = await found(away)
    assert message.keyword == "stop"
    assert isinstance(reach, Reachability)
    assert (reach.state, reach.at) == (ReachState.OPTED_OUT, message.sent_at)


async def test_while_twilio_cannot_be_asked_nothing_is_skipped(away, twilio, monkeypatch, caplog):
    await twilio.customer_writes("halo")

    async def until_it_can_be_asked(self):
        twilio.token = token

    monkeypatch.setattr(missed.Missed, "_pause", until_it_can_be_asked)
    token, twilio.token = twilio.token, "another"
    assert [one.text for one in await found(away)] == ["halo"]
    assert "cannot look for messages" in caplog.text


async def test_a_message_of_a_product_we_do_not_serve_is_left_out(away, twilio):
    await twilio.customer_writes("", From="messenger:123", To=f"whatsapp:{WHATSAPP}")
    await twilio.customer_writes("halo")
    assert [one.text for one in await found(away)] == ["halo"]


async def test_odd_rows_of_the_list_do_no_harm(away, twilio):
    await twilio.customer_writes("halo")
    good = twilio.received[0]
    twilio.received[:0] = [good | {"sid": "../x"}, good | {"sid": None, "body": None},
                           good | {"sid": "SM1", "num_media": "many"}]  # fmt: skip
    assert {one.provider_id for one in await found(away)} == {good["sid"], "SM1"}


def test_it_can_be_switched_off():
    config = make(missed_minutes=0)._config
    assert not isinstance(build("shop", config, public_url=URL), Poller)
    assert isinstance(build("shop", make()._config, public_url=URL), Poller)
