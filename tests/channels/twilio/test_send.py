"""Sending with the real client library to a server that plays Twilio (A5)."""

import json
import random

import pytest

from channels.base import Attachment, Button, DeliveryStatus
from channels.errors import Refused
from channels.twilio import recall
from tests.peers.twilio_resources import NUMBER, SERVICE, WHATSAPP, content

pytestmark = pytest.mark.anyio

LONG = "Kulkas dua pintu hemat listrik. " * 120
PHOTO = Attachment("https://toko-sinar.example/kulkas.jpg", "image/jpeg")
VOICE = Attachment("https://toko-sinar.example/pesan.ogg", "audio/ogg")
YES_NO = (Button("Ya", "/affirm"), Button("Tidak", "/deny"))
QUICK = "HX" + "e" * 32


def posts(twilio):
    return [form for method, path, form in twilio.requests if method == "POST"]


async def test_a5_1_a_reply_goes_out_from_our_number(shop, twilio, to_ana):
    receipt = await shop.send(to_ana())
    [form] = posts(twilio)
    assert form == {
        "To": "whatsapp:+6281200000001",
        "From": f"whatsapp:{WHATSAPP}",
        "Body": "Halo Ana",
        "StatusCallback": "https://toko-sinar.example/webhooks/shop/status",
    }
    assert receipt.provider_id == twilio.messages[0]["sid"]
    assert receipt.status is DeliveryStatus.SENT


async def test_a5_4_nothing_is_scheduled_at_twilio_only_here(shop, twilio, to_ana):
    """A message that waits at Twilio cannot be dropped when a person takes over."""
    await shop.send(to_ana())
    assert not {"SendAt", "ScheduleType"} & posts(twilio)[0].keys()


async def test_a5_1_an_sms_goes_out_without_prefixes(shop, twilio, sms_to_budi):
    await shop.send(sms_to_budi())
    [form] = posts(twilio)
    assert (form["To"], form["From"]) == ("+6281200000002", NUMBER)
    assert form["SmartEncoded"] == "true"


async def test_a5_1_a_messaging_service_chooses_the_sender(new_channel, twilio, sms_to_budi):
    shop = new_channel(api_url=twilio.url, sms=None, whatsapp=None, messaging_service=SERVICE)
    await shop.send(sms_to_budi())
    await shop.close()
    [form] = posts(twilio)
    assert form["MessagingServiceSid"] == SERVICE
    assert "From" not in form


async def test_a5_3_the_validity_period_can_be_set(new_channel, twilio, sms_to_budi):
    shop = new_channel(api_url=twilio.url, validity_seconds=600)
    await shop.send(sms_to_budi())
    await shop.close()
    assert posts(twilio)[0]["ValidityPeriod"] == "600"


async def test_without_a_public_address_no_status_callback_is_asked_for(twilio, sms_to_budi):
    from channels.twilio import Config, TwilioChannel

    config = Config(
        account_sid=twilio.account["sid"], auth_token=twilio.token, sms=NUMBER, api_url=twilio.url
    )
    shop = TwilioChannel("shop", config, public_url="http://localhost:8000")
    await shop.send(sms_to_budi())
    await shop.close()
    assert "StatusCallback" not in posts(twilio)[0]


async def test_a5_2_a_long_text_is_split_and_nothing_is_lost(shop, twilio, sms_to_budi):
    receipt = await shop.send(sms_to_budi(LONG))
    bodies = [form["Body"] for form in posts(twilio)]
    assert len(bodies) == 3
    assert max(map(len, bodies)) <= 1600
    assert " ".join(bodies).split() == LONG.split()
    assert receipt.parts == tuple(message["sid"] for message in twilio.messages)
    assert receipt.provider_id == receipt.parts[-1]


@pytest.mark.parametrize(("length", "parts"), [(1600, 1), (1601, 2)])
async def test_a5_2_a_text_of_exactly_the_limit_is_one_message(
    shop, twilio, sms_to_budi, length, parts
):
    await shop.send(sms_to_budi("x" * length))
    assert len(posts(twilio)) == parts


async def test_a5_2_emoji_count_double(shop, twilio, sms_to_budi):
    await shop.send(sms_to_budi("👋 " * 700))
    assert all(len(form["Body"].encode("utf-16-le")) <= 3200 for form in posts(twilio))


async def test_a5_10_a_part_waits_until_the_one_before_left_the_queue(shop, twilio, sms_to_budi):
    await shop.send(sms_to_budi(LONG[:2000]))
    kinds = [method for method, *_ in twilio.requests]
    assert kinds == ["POST", "GET", "GET", "POST"]
    assert twilio.messages[0]["status"] == "sent"


async def test_a5_10_a_message_waits_until_the_persons_last_one_left_the_queue(
    shop, twilio, to_ana, sms_to_budi
):
    await shop.send(to_ana("satu"))
    await shop.send(sms_to_budi("bukan untuk Ana"))
    await shop.send(to_ana("dua"))
    assert [form["Body"] for form in posts(twilio)] == ["satu", "bukan untuk Ana", "dua"]
    assert [method for method, *_ in twilio.requests] == ["POST", "POST", "GET", "GET", "POST"]


async def test_a5_10_a_message_of_a_while_ago_is_not_asked_for(shop, twilio, to_ana, monkeypatch):
    monkeypatch.setattr(recall, "OVERTAKEN_SECONDS", 0.0)
    await shop.send(to_ana("satu"))
    await shop.send(to_ana("dua"))
    assert [method for method, *_ in twilio.requests] == ["POST", "POST"]


@pytest.mark.parametrize(("text", "sent"), [("a\x00b", "ab"), ("a\ud800b", "a?b")])
async def test_what_no_request_can_hold_is_left_out_of_a_text(shop, twilio, to_ana, text, sent):
    await shop.send(to_ana(text))
    assert [form["Body"] for form in posts(twilio)] == [sent]


async def test_a_picture_takes_the_text_as_its_caption(shop, twilio, to_ana):
    await shop.send(to_ana("Ini kulkasnya", attachments=(PHOTO,)))
    [form] = posts(twilio)
    assert (form["Body"], form["MediaUrl"]) == ("Ini kulkasnya", PHOTO.reference)


async def test_a1_5_each_file_is_a_message_and_sound_has_no_caption(shop, twilio, to_ana):
    await shop.send(to_ana("Dengarkan", attachments=(VOICE, PHOTO)))
    shown = [(form.get("Body"), form.get("MediaUrl")) for form in posts(twilio)]
    assert shown == [("Dengarkan", None), (None, VOICE.reference), (None, PHOTO.reference)]


@pytest.mark.parametrize(
    ("kind", "size", "linked"),
    [
        ("image/jpeg", 5_000_000, False),
        ("image/jpeg", 5_000_001, True),
        ("application/pdf", 16_000_000, False),
        ("application/pdf", 16_000_001, True),
    ],
)
async def test_a6_7_the_limits_are_exact(shop, twilio, to_ana, kind, size, linked):
    await shop.send(to_ana("", attachments=(Attachment("https://x.example/a", kind, size=size),)))
    [form] = posts(twilio)
    assert ("MediaUrl" not in form) == linked


async def test_a6_7_a_file_too_large_for_whatsapp_becomes_a_link(shop, twilio, to_ana):
    large = Attachment("https://toko-sinar.example/besar.jpg", "image/jpeg", size=6_000_000)
    await shop.send(to_ana("Foto", attachments=(large,)))
    [form] = posts(twilio)
    assert form["Body"] == f"Foto\n{large.reference}"


async def test_a9_files_in_an_sms_are_links(shop, twilio, sms_to_budi):
    await shop.send(sms_to_budi("Struk", attachments=(PHOTO,)))
    assert posts(twilio)[0]["Body"] == f"Struk\n{PHOTO.reference}"


async def test_a_file_twilio_cannot_fetch_is_refused(shop, to_ana):
    with pytest.raises(Refused, match="public URL"):
        await shop.send(to_ana(attachments=(Attachment("AgACAgQAAxk"),)))


async def test_an_empty_message_is_refused(shop, to_ana):
    with pytest.raises(Refused, match="empty"):
        await shop.send(to_ana("  "))


async def test_buttons_are_a_numbered_list_by_default(shop, twilio, to_ana):
    await shop.send(to_ana("Lanjut?", buttons=YES_NO))
    assert posts(twilio)[0]["Body"] == "Lanjut?\n\n1. Ya\n2. Tidak"


@pytest.fixture
async def quick(new_channel, twilio):
    twilio.contents.append({**content("q", "{{1}}"), "sid": QUICK})
    channel = new_channel(api_url=twilio.url, quick_replies={2: QUICK})
    yield channel
    await channel.close()


async def test_a6_2_buttons_are_real_where_a_template_is_set(quick, twilio, to_ana):
    await quick.send(to_ana("Lanjut?", buttons=YES_NO))
    [form] = posts(twilio)
    assert form["ContentSid"] == QUICK
    values = ["Lanjut?", "Ya", "/affirm", "Tidak", "/deny"]
    assert list(json.loads(form["ContentVariables"]).values()) == values


async def test_a6_3_a_button_without_a_payload_comes_back_as_its_title(quick, twilio, to_ana):
    await quick.send(to_ana("Lanjut?", buttons=(YES_NO[0], Button("Tidak", " "))))
    values = list(json.loads(posts(twilio)[0]["ContentVariables"]).values())
    assert values == ["Lanjut?", "Ya", "/affirm", "Tidak", "Tidak"]


@pytest.mark.parametrize(
    "buttons",
    [
        YES_NO[:1],
        (YES_NO[0], Button("x" * 21, "/deny")),
        (YES_NO[0], Button("Tidak", "/deny" + "x" * 196)),
    ],
)
async def test_buttons_no_template_can_show_are_numbered(quick, twilio, to_ana, buttons):
    await quick.send(to_ana("Lanjut?", buttons=buttons))
    assert "1. Ya" in posts(twilio)[0]["Body"]


async def test_a6_3_a_long_text_before_buttons_is_split_for_whatsapp(quick, twilio, to_ana):
    await quick.send(to_ana(LONG[:1500], buttons=YES_NO))
    first, last = posts(twilio)
    assert len(first["Body"]) <= 1024
    assert last["ContentSid"] == QUICK


async def test_a1_7_a_scoped_id_is_written_to_as_it_is(shop, twilio, to_ana):
    twilio.takes_ids = True
    await shop.send(to_ana(to="ID.4566540000000001"))
    assert posts(twilio)[0]["To"] == "whatsapp:ID.4566540000000001"


async def test_a1_7_an_account_without_ids_does_not_make_the_address_dead(shop, to_ana):
    with pytest.raises(Refused, match="cannot write to WhatsApp ids"):
        await shop.send(to_ana(to="ID.4566540000000001"))


async def test_a4_2_typing_is_shown_for_the_message_being_answered(shop, twilio):
    await shop.typing("SM1")
    assert posts(twilio) == [{"channel": "whatsapp", "messageId": "SM1"}]


async def test_a10_no_numbers_reach_the_logs(shop, sms_to_budi, caplog):
    with caplog.at_level("DEBUG", logger="channels"):
        await shop.send(sms_to_budi(LONG[:2000]))
    assert "+62" not in caplog.text


async def test_the_channel_can_be_used_again_after_close(shop, twilio, to_ana):
    await shop.send(to_ana())
    await shop.close()
    await shop.send(to_ana())
    assert len(posts(twilio)) == 2


async def test_reports_may_repeat_and_overtake_each_other(shop, twilio, to_ana, signed):
    await shop.send(to_ana())
    message = twilio.messages[0]
    words = ["sent", "delivered", "read"] * 2
    random.Random(1).shuffle(words)
    forms = [twilio.callback(message, word, None) for word in words]
    requests = [signed(form, message["status_callback"]) for form in forms]
    updates = [update for request in requests for update in shop.parse(request)]
    assert [str(update.status) for update in updates] == words
