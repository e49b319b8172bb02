"""Sending with the real client library to a server that plays the Bot API (B2.7-B2.10, B3)."""

import subprocess
import sys
from pathlib import Path

import pytest

from channels.base import Attachment, Button, DeliveryStatus, Template
from channels.errors import AddressDead, RateLimited, Refused, UnknownOutcome
from channels.telegram import Config, TelegramChannel, outbox
from tests.peers.telegram_server import ANA, GROUP, SUPERGROUP, TOKEN, Fault

pytestmark = pytest.mark.anyio

LONG = "Kulkas dua pintu hemat listrik. " * 200
PHOTO = Attachment("https://toko-sinar.example/kulkas.jpg", "image/jpeg")
YES_NO = (Button("Ya", "/affirm"), Button("Tidak", "/deny"))
FLOOD = Fault(429, "Too Many Requests: retry after 1", {"retry_after": 1})


async def test_b4_3_a_reply_goes_to_the_chat_at_the_configured_server(shop, telegram, to_ana):
    receipt = await shop.send(to_ana())
    [sent] = telegram.messages
    assert sent["text"] == "Halo Ana"
    assert receipt.provider_id == f"{ANA}:{sent['message_id']}"
    assert receipt.status is DeliveryStatus.SENT


async def test_b2_7_a_long_text_is_split_and_nothing_is_lost(shop, telegram, to_ana):
    receipt = await shop.send(to_ana(LONG))
    texts = [sent["text"] for sent in telegram.messages]
    assert " ".join(texts).split() == LONG.split()
    assert len(receipt.parts) == len(texts) == 2
    assert receipt.provider_id == receipt.parts[-1]


async def test_b2_7_emoji_count_double(shop, telegram, to_ana):
    await shop.send(to_ana("👋 " * 3000))
    assert len(telegram.messages) >= 3
    assert "".join(sent["text"] for sent in telegram.messages).count("👋") == 3000


@pytest.mark.parametrize("text", ["<b>5 < 6 & 7</b>", "*_[x](y)_* `a` - !", "100% \\ {}", "&amp;"])
async def test_b2_10_text_is_sent_plain_and_arrives_as_it_is(shop, telegram, to_ana, text):
    await shop.send(to_ana(text))
    [asked] = telegram.asked("sendMessage")
    assert "parse_mode" not in asked
    assert telegram.messages[0]["text"] == text


async def test_b2_7_buttons_are_an_inline_keyboard(shop, telegram, to_ana):
    await shop.send(to_ana("Batalkan?", buttons=YES_NO))
    [sent] = telegram.messages
    assert sent["reply_markup"]["inline_keyboard"] == [
        [{"text": "Ya", "callback_data": "/affirm"}, {"text": "Tidak", "callback_data": "/deny"}]
    ]


async def test_b2_7_a_payload_over_64_bytes_makes_the_titles_the_answer(shop, telegram, to_ana):
    long = Button("Kulkas", '/inform{"product": "' + "é" * 30 + '"}')
    await shop.send(to_ana("Yang mana?", buttons=(*YES_NO, long)))
    [asked] = telegram.asked("sendMessage")
    assert asked["reply_markup"]["one_time_keyboard"]
    titles = [button["text"] for row in asked["reply_markup"]["keyboard"] for button in row]
    assert titles == ["Ya", "Tidak", "Kulkas"]


async def test_b2_7_a_payload_of_just_64_bytes_is_a_real_button(shop, telegram, to_ana):
    await shop.send(to_ana("Ya?", buttons=(Button("Ya", "é" * 32),)))
    assert telegram.messages[0]["reply_markup"]["inline_keyboard"][0][0]["text"] == "Ya"


async def test_more_buttons_than_can_be_shown_become_a_numbered_list(shop, telegram, to_ana):
    many = tuple(Button(f"Toko {n}", f"/toko{n}") for n in range(30))
    await shop.send(to_ana("Pilih", buttons=many))
    assert telegram.messages[0]["text"].endswith("30. Toko 29")


async def test_in_a_group_long_payloads_become_a_numbered_list(shop, telegram, to_ana):
    await shop.send(to_ana("Pilih", to=str(GROUP), buttons=(Button("A", "/" + "a" * 80),)))
    [asked] = telegram.asked("sendMessage")
    assert asked["text"] == "Pilih\n\n1. A"
    assert "reply_markup" not in asked


@pytest.mark.parametrize(
    ("language", "title"), [("id", "Bagikan"), ("en", "Share"), ("fr", "Bagi")]
)
async def test_b2_2_the_contact_is_asked_for_with_a_button(shop, telegram, to_ana, language, title):
    await shop.send(to_ana("Nomor Anda?", ask_contact=True, language=language))
    markup = telegram.asked("sendMessage")[0]["reply_markup"]
    [[button]] = markup["keyboard"]
    assert button["request_contact"]
    assert title in button["text"]


async def test_b2_2_a_group_is_never_asked_for_a_contact(shop, telegram, to_ana):
    await shop.send(to_ana("Nomor?", to=str(GROUP), ask_contact=True))
    assert "reply_markup" not in telegram.asked("sendMessage")[0]


async def test_the_next_plain_message_takes_the_keyboard_away(shop, telegram, to_ana):
    await shop.send(to_ana("Nomor Anda?", ask_contact=True))
    await shop.send(to_ana("Terima kasih"))
    markups = [asked["reply_markup"] for asked in telegram.asked("sendMessage")]
    assert "keyboard" in markups[0]
    assert markups[1] == {"remove_keyboard": True}


async def test_an_answer_shows_what_it_answers(shop, telegram, to_ana):
    await shop.send(to_ana(LONG, reply_to=f"{ANA}:55:1790000060"))
    first, second = telegram.asked("sendMessage")
    assert first["reply_parameters"] == {"message_id": 55, "allow_sending_without_reply": True}
    assert "reply_parameters" not in second


@pytest.mark.parametrize("reply_to", ["cb:4382", "5100000002:55", "x", "", None, f"{ANA}:x"])
async def test_what_is_no_message_of_the_chat_is_not_shown(shop, telegram, to_ana, reply_to):
    await shop.send(to_ana(reply_to=reply_to))
    assert "reply_parameters" not in telegram.asked("sendMessage")[0]


async def test_quotes_can_be_switched_off(new_channel, telegram, to_ana):
    shop = new_channel(api_url=telegram.url, quote_replies=False)
    await shop.send(to_ana(reply_to=f"{ANA}:55"))
    await shop.close()
    assert "reply_parameters" not in telegram.asked("sendMessage")[0]


async def test_a_topic_is_answered_in_the_topic(shop, telegram, to_ana):
    await shop.send(to_ana("Halo", to=str(GROUP), thread={"topic": 44}))
    assert telegram.asked("sendMessage")[0]["message_thread_id"] == 44


@pytest.mark.parametrize(
    ("file", "method"),
    [
        (PHOTO, "sendPhoto"),
        (Attachment("https://toko-sinar.example/kulkas.png?x=1"), "sendPhoto"),
        (Attachment("https://toko-sinar.example/gambar"), "sendPhoto"),
        (Attachment("https://toko-sinar.example/nota.pdf"), "sendDocument"),
        (Attachment("https://toko-sinar.example/a.gif", "image/gif"), "sendAnimation"),
        (Attachment("https://toko-sinar.example/a.mp4", "video/mp4"), "sendVideo"),
        (Attachment("AwACAgUAAxkB-voice", "audio/ogg"), "sendVoice"),
        (Attachment("CQACAgUAAxkB-audio", "audio/mpeg"), "sendAudio"),
        (Attachment("BQACAgUAAxkB-doc", "text/csv"), "sendDocument"),
    ],
)
async def test_a_file_goes_with_the_text_as_its_caption(shop, telegram, to_ana, file, method):
    await shop.send(to_ana("Ini", attachments=(file,)))
    [asked] = telegram.asked(method)
    assert (asked["caption"], telegram.messages[0]["file"]) == ("Ini", file.reference)


@pytest.mark.parametrize(
    "file",
    [
        Attachment("https://toko-sinar.example/data.csv", "text/csv"),
        Attachment("https://toko-sinar.example/besar.jpg", "image/jpeg", size=6_000_000),
        Attachment("https://toko-sinar.example/besar.pdf", "application/pdf", size=21_000_000),
        Attachment("https://toko-sinar.example/unfetchable.jpg"),
    ],
)
async def test_b2_8_a_file_telegram_cannot_fetch_goes_as_a_link(shop, telegram, to_ana, file):
    await shop.send(to_ana("Ini", attachments=(file,)))
    assert [sent["text"] for sent in telegram.messages] == [f"Ini\n{file.reference}"]


async def test_b2_7_a_text_too_long_for_a_caption_goes_before_the_file(shop, telegram, to_ana):
    await shop.send(to_ana("a " * 600, attachments=(PHOTO, PHOTO), buttons=YES_NO))
    first, *files = telegram.messages
    assert first["reply_markup"]["inline_keyboard"]
    assert ["caption" in sent for sent in files] == [False, False]


@pytest.mark.parametrize(
    "keys",
    [
        {"text": ""},
        {"text": "  \n"},
        {"text": "\x00"},
        {"template": Template("promo")},
        {"attachments": (Attachment("file:///etc/passwd"),)},
    ],
)
async def test_what_cannot_be_sent_is_refused_before_it_is_tried(shop, telegram, to_ana, keys):
    with pytest.raises(Refused):
        await shop.send(to_ana(**keys))
    assert telegram.calls == []


@pytest.mark.parametrize("to", ["", "ana", "@ana_contoh", "-", "9" * 40, "1.5", "²"])
async def test_an_address_that_is_no_id_is_dead(shop, telegram, to_ana, to):
    with pytest.raises(AddressDead):
        await shop.send(to_ana(to=to))
    assert telegram.calls == []


async def test_text_no_wire_takes_is_mended(shop, telegram, to_ana):
    await shop.send(to_ana("a\x00b\ud800"))
    assert telegram.messages[0]["text"] == "ab?"


async def test_b2_5_a_migrated_group_is_followed_once_and_told(shop, telegram, to_ana):
    telegram.migrated[GROUP] = SUPERGROUP
    receipt = await shop.send(to_ana("Halo", to=str(GROUP)))
    assert receipt.moved_to == str(SUPERGROUP)
    assert receipt.provider_id.startswith(f"{SUPERGROUP}:")
    assert len(telegram.messages) == 1


async def test_b2_5_a_group_that_moves_in_circles_is_refused(shop, telegram, to_ana):
    telegram.migrated |= {GROUP: SUPERGROUP, SUPERGROUP: GROUP}
    with pytest.raises(Refused):
        await shop.send(to_ana("Halo", to=str(GROUP)))
    assert len(telegram.asked("sendMessage")) == 2


async def test_b3_1_a_429_between_parts_is_waited_out(shop, telegram, to_ana):
    telegram.faults += [Fault(taken=True), FLOOD]
    await shop.send(to_ana(LONG))
    assert len(telegram.messages) == 2


@pytest.mark.parametrize(
    "fault",
    [Fault(403, "Forbidden: bot was blocked by the user"), Fault(taken=True, cut=True),
     Fault(429, "Too Many Requests: retry after 60", {"retry_after": 60})],
)  # fmt: skip
async def test_a_message_that_went_out_in_part_has_an_unknown_outcome(
    shop, telegram, to_ana, fault
):
    telegram.faults += [Fault(taken=True), fault]
    with pytest.raises(UnknownOutcome):
        await shop.send(to_ana(LONG))


async def test_b4_1_nothing_in_the_library_delays_or_repeats_a_send(shop, telegram, to_ana):
    telegram.faults.append(FLOOD)
    with pytest.raises(RateLimited):
        await shop.send(to_ana())
    await shop.send(to_ana(to="5100000002"))
    assert len(telegram.messages) == 1


async def test_b3_1_parts_to_a_chat_go_one_a_second(to_ana):
    config = Config(token=TOKEN, secret="s")
    channel = TelegramChannel("shop", config, public_url="https://toko-sinar.example")
    assert channel._outbox._pause * channel.rates.per_recipient >= 1.0


async def test_a_channel_works_again_after_it_was_closed(shop, telegram, to_ana):
    await shop.send(to_ana())
    await shop.close()
    await shop.send(to_ana())
    assert len(telegram.messages) == 2


def test_b4_2_b4_5_the_librarys_application_and_its_queue_in_memory_are_not_used():
    code = "import sys, telegram, telegram.request; print('telegram.ext' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
    sources = Path(outbox.__file__).parent.glob("*.py")
    assert not [path.name for path in sources if "telegram.ext" in path.read_text()]


async def test_an_answer_to_a_deleted_topic_goes_to_the_chat(shop, telegram, to_ana):
    telegram.topics = {0}
    receipt = await shop.send(to_ana(LONG, thread={"topic": 44}))
    topics = [asked.get("message_thread_id") for asked in telegram.asked("sendMessage")]
    assert topics == [44, None, 44, None]
    assert len(telegram.messages) == len(receipt.parts) == 2


async def test_b3_1_a_group_gets_twenty_messages_a_minute_at_most(channel):
    """B3.1: in any minute, five at once and those that come after."""
    ration = channel.ration(str(GROUP))
    assert ration.burst + 60 * ration.rate <= 20
    assert channel.ration(str(ANA)) is None
