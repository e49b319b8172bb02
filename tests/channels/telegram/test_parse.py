"""Updates as Telegram sends them -> events (B1, B2)."""

import pytest
from telegram import Update

from channels.base import (
    AddressChanged,
    Attachment,
    ChannelKind,
    InboundMessage,
    MessageKind,
    Reachability,
    ReachState,
)
from channels.errors import MalformedRequest
from channels.telegram.fields import cut, units

TEXT, MEDIA, BUTTON = MessageKind.TEXT, MessageKind.MEDIA, MessageKind.BUTTON
PLACE, CARD, OTHER = MessageKind.LOCATION, MessageKind.CONTACT, MessageKind.OTHER
ANA, GROUP = "5100000001", "-4200000001"

MESSAGES = [
    ("text", TEXT, "Halo, kulkas 2 pintu masih ada?"),
    ("text-formatted", TEXT, "🙏🙏 cek toko kami ya"),
    ("reply", TEXT, "yang ini"),
    ("edited", TEXT, "Halo, kulkas 1 pintu masih ada?"),
    ("edited-caption", MEDIA, "nota TS-204815"),
    ("start", TEXT, "/start"),
    ("photo", MEDIA, "ini rusak 😢"),
    ("album-2", MEDIA, ""),
    ("document", MEDIA, "nota"),
    ("voice", MEDIA, ""),
    ("sticker", MEDIA, "👍"),
    ("location", PLACE, ""),
    ("venue", PLACE, ""),
    ("contact-own", CARD, ""),
    ("contact-other", CARD, ""),
    ("forwarded", TEXT, "Promo besok!"),
    ("dice", TEXT, "🎲"),
    ("poll", OTHER, ""),
    ("callback", BUTTON, "Ya"),
    ("callback-inaccessible", BUTTON, ""),
]
NOTHING = [
    "pinned", "added-to-group", "group-chatter", "group-joined", "channel-post", "inline-query",
    "message-reaction", "business-message", "kind-of-the-future",
    "group-channels-post", "group-topic-of-ours",
]  # fmt: skip
FILES = [
    ("photo", "AgACAgUAAxkB-large", "image/jpeg", None, 98000),
    ("document", "BQACAgUAAxkB-doc", "application/pdf", "nota-TS-204815.pdf", 52000),
    ("voice", "AwACAgUAAxkB-voice", "audio/ogg", None, 16000),
    ("audio", "CQACAgUAAxkB-audio", "audio/mpeg", "bunyi.mp3", 480000),
    ("video", "BAACAgUAAxkB-video", "video/mp4", None, 900000),
    ("video-note", "DQACAgUAAxkB-note", "video/mp4", None, 300000),
    ("animation", "CgACAgUAAxkB-gif", "video/mp4", "halo.gif.mp4", 70000),
    ("sticker", "CAACAgUAAxkB-sticker", "image/webp", None, 20000),
]


@pytest.mark.parametrize(("name", "kind", "text"), MESSAGES)
def test_a_recorded_message_is_read(read, name, kind, text):
    [message] = read(name)
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.message_kind, message.text) == (
        ChannelKind.TELEGRAM, kind, text,
    )  # fmt: skip
    assert message.sender.address == ANA
    assert not message.automatic


@pytest.mark.parametrize("name", NOTHING)
def test_b1_7_an_update_of_no_concern_gives_nothing(read, name):
    assert read(name) == ()


@pytest.mark.parametrize("name", [name for name, *_ in MESSAGES] + NOTHING)
def test_b4_4_a_recorded_update_is_one_the_real_library_reads(recorded, name):
    """Unknown fields and kinds parse there too, so the recordings are held to the rest."""
    if name != "kind-of-the-future":
        assert Update.de_json(recorded(name), None).update_id


def test_b1_5_a_message_is_known_by_chat_and_message_id(read):
    [message] = read("text")
    assert message.provider_id == "5100000001:101"
    assert message.metadata["update_id"] == 880000001


def test_b1_5_the_same_message_under_another_update_id_is_the_same(channel, recorded, webhook):
    update = recorded("text")
    keys = [channel.parse(webhook(update | {"update_id": n}))[0].provider_id for n in (9, 5)]
    assert len(set(keys)) == 1


def test_b2_6_an_edit_is_a_version_of_its_own_with_the_originals_id(read):
    [edit] = read("edited")
    assert edit.provider_id == "5100000001:101:1790000060"
    assert edit.edited
    assert edit.metadata["original"] == "5100000001:101"
    assert edit.sent_at.timestamp() == 1790000060


def test_b2_6_each_step_of_a_live_location_is_kept_but_not_answered(read):
    [step] = read("live-location-moved")
    assert (step.edited, step.automatic) == (True, True)


def test_b2_1_the_sender_is_known_by_the_user_id(read):
    [message] = read("text")
    sender = message.sender
    assert (sender.address, sender.name, sender.language) == (ANA, "Ana Wijaya", "id")
    assert (sender.phone, sender.verified_by, sender.aliases) == (None, None, ())
    assert message.metadata["username"] == "ana_contoh"


@pytest.mark.parametrize(
    ("code", "language"),
    [("en-GB", "en"), ("pt-br", "pt"), ("ID", "id"), ("", None), (7, None), ("x", None)],
)
def test_b2_1_the_language_is_the_apps_without_region(read, code, language):
    who = {"id": 5100000002, "is_bot": False, "first_name": "Budi", "language_code": code}
    [message] = read("text", **{"from": who})
    assert (message.sender.name, message.sender.language) == ("Budi", language)


def test_b2_1_an_id_of_52_bits_is_kept_whole(read):
    user = 2**52 - 1
    [message] = read("text", **{"from": {"id": user}, "chat": {"id": user, "type": "private"}})
    assert message.sender.address == "4503599627370495"


def test_b2_2_ones_own_contact_card_proves_the_number(read):
    [message] = read("contact-own")
    assert message.shared_phone == "+6281200000001"
    assert message.sender.phone is None


@pytest.mark.parametrize("number", ["12025550123", "+12025550123"])
def test_b2_2_a_number_is_international_with_and_without_its_plus(read, number):
    [message] = read("contact-own", contact={"phone_number": number, "user_id": 5100000001})
    assert message.shared_phone == "+12025550123"


@pytest.mark.parametrize(
    "name", ["contact-other", "contact-unknown", "contact-forwarded", "group-contact"]
)
def test_b2_2_any_other_card_is_plain_content(read, name):
    [message] = read(name)
    assert message.shared_phone is None
    assert message.message_kind is CARD
    assert message.metadata["contact"]["phone_number"].lstrip("+").startswith("62812")


@pytest.mark.parametrize(
    "changes",
    [
        {"forward_sender_name": "Ana"},
        {"via_bot": {"id": 5, "is_bot": True, "first_name": "x"}},
        {"contact": {"phone_number": "6281200000001", "user_id": "5100000001"}},
        {"contact": {"phone_number": "bukan nomor", "user_id": 5100000001}},
        {"contact": {"user_id": 5100000001}},
        {"chat": {"id": 5100000001, "type": "channel"}},
    ],
)
def test_b2_2_a_card_with_a_doubt_proves_nothing(read, changes):
    assert all(message.shared_phone is None for message in read("contact-own", **changes))


def test_b2_2_an_edited_card_proves_nothing(channel, recorded, webhook):
    card = recorded("contact-own")["message"] | {"edit_date": 1790000099}
    [message] = channel.parse(webhook({"update_id": 1, "edited_message": card}))
    assert message.shared_phone is None


def test_b2_3_a_deep_link_is_start_with_its_payload_beside_it(read):
    [message] = read("start-deep-link")
    assert (message.text, message.metadata["start"]) == ("/start", "Zm9v-bar_123")


@pytest.mark.parametrize(
    "text", ["/start", "/start a b", "/start a+b", "/started x", "/start " + "a" * 65, "start x"]
)
def test_b2_3_what_is_no_deep_link_stays_text(read, text):
    [message] = read("text", text=text)
    assert message.text == text
    assert "start" not in message.metadata


@pytest.mark.parametrize(
    ("name", "state"), [("blocked", ReachState.BLOCKED), ("unblocked", ReachState.OK)]
)
def test_b2_4_blocking_and_unblocking_the_bot_is_heard(read, name, state):
    [event] = read(name)
    assert isinstance(event, Reachability)
    assert (event.address, event.state) == (ANA, state)
    assert event.event_id == read(name)[0].event_id


def test_b2_4_the_two_are_different_events(read):
    assert read("blocked")[0].event_id != read("unblocked")[0].event_id


def test_b2_5_both_sides_of_a_migration_tell_the_same(read):
    [told], [again] = read("migrated-to"), read("migrated-from")
    assert told == again
    assert isinstance(told, AddressChanged)
    assert (told.old, told.new) == (GROUP, "-1004200000002")


@pytest.mark.parametrize(("name", "reference", "type_", "filename", "size"), FILES)
def test_b2_8_a_file_is_kept_by_its_id_with_the_messages_type_and_name(
    read, name, reference, type_, filename, size
):
    [message] = read(name)
    assert message.attachments == (Attachment(reference, type_, filename, size),)


@pytest.mark.parametrize(
    ("flags", "type_"),
    [({"is_animated": True}, "application/x-tgsticker"), ({"is_video": True}, "video/webm")],
)
def test_a_sticker_that_moves_has_its_own_type(read, flags, type_):
    [message] = read("sticker", sticker={"file_id": "s1", "emoji": "👍", **flags})
    assert message.attachments[0].content_type == type_


def test_b2_7_the_pictures_of_an_album_share_its_id(read):
    [one], [two] = read("album-1"), read("album-2")
    assert one.metadata["media_group"] == two.metadata["media_group"] == "13700000000000001"
    assert one.provider_id != two.provider_id


def test_b2_9_a_pressed_button_carries_its_payload_and_the_message_it_was_on(read):
    [press] = read("callback")
    assert (press.provider_id, press.payload) == ("cb:4382000000000000001", "/affirm")
    assert press.reply_to == press.metadata["message_id"] == "5100000001:120"
    assert press.metadata["chat"] == press.metadata["user"] == 5100000001
    assert press.metadata["callback_id"] == "4382000000000000001"


def test_b2_9_an_inaccessible_message_is_still_named(read):
    [press] = read("callback-inaccessible")
    assert (press.payload, press.reply_to) == ("/deny", "5100000001:12")
    assert press.metadata["inaccessible"]


def test_b2_9_a_press_on_an_inline_message_is_acknowledged_but_never_obeyed(read):
    [press] = read("callback-inline")
    assert (press.payload, press.automatic) == (None, True)
    assert press.metadata["callback_id"] == "4382000000000000003"


def test_b2_9_nobody_presses_in_anothers_private_chat(read):
    assert read("callback", **{"from": {"id": 5100000002, "first_name": "Budi"}}) == ()


def test_b2_9_a_press_in_a_group_is_the_groups(read):
    [press] = read("callback-group")
    assert (press.sender.address, press.metadata["group"]) == (GROUP, True)
    assert press.metadata["user"] == 5100000002


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("group-mention", "👋 jam buka?"),
        ("group-text-mention", "Toko Sinar jam buka?"),
        ("group-command", "/start@TokoSinarBot"),
        ("group-reply", "kalau besok?"),
        ("group-topic", "halo"),
        ("group-anonymous-admin", "jam buka?"),
        ("group-as-channel", "jam buka?"),
    ],
)
def test_in_a_group_the_bot_hears_what_is_meant_for_it(read, name, text):
    [message] = read(name)
    assert (message.text, message.metadata["group"], message.automatic) == (text, True, False)
    assert message.sender.address.startswith("-")
    assert message.sender.name == "Arisan RT 05"
    who = message.metadata["user"]
    assert who == 5100000002 or name in ("group-anonymous-admin", "group-as-channel")


def test_without_a_configured_name_only_answers_and_text_mentions_are_heard(
    new_channel, recorded, webhook
):
    nameless = new_channel(username=None)
    names = ["group-mention", "group-command", "group-text-mention", "group-reply"]
    heard = [bool(nameless.parse(webhook(recorded(name)))) for name in names]
    assert heard == [False, False, True, True]


def test_a_topic_is_answered_in_the_topic(read):
    assert read("group-topic")[0].thread == {"topic": 44}


def test_in_a_topic_only_what_was_meant_as_an_answer_is_one(read):
    """All else answers the topic's beginning, for the Bot API."""
    beginning = {"message_id": 44, "forum_topic_created": {"name": "Garansi", "icon_color": 1}}
    [message] = read("group-topic", reply_to_message=beginning)
    assert (message.reply_to, message.thread) == (None, {"topic": 44})


def test_an_answer_names_what_it_answers(read):
    [message] = read("reply")
    assert (message.reply_to, message.metadata["quote"]) == ("5100000001:99", "2 pintu")


def test_another_bot_is_not_answered(read):
    [message] = read("text", **{"from": {"id": 77, "is_bot": True, "first_name": "bot"}})
    assert message.automatic


def test_links_behind_words_and_forwards_are_noted(read):
    assert read("text-formatted")[0].metadata["links"] == ["https://toko-sinar.example/katalog"]
    assert read("forwarded")[0].metadata["forwarded"]


def test_a_place_is_told_as_text(read):
    assert read("venue")[0].metadata["location"] == {
        "latitude": "-6.9175", "longitude": "107.6191",
        "label": "Sinar Braga", "address": "Jl. Braga, Bandung",
    }  # fmt: skip


def test_b2_7_entity_offsets_are_utf_16_units():
    assert cut("🙏🙏 cek toko", 5, 3) == ("🙏🙏 ", "cek", " toko")
    assert units("🙏a") == 3


def test_the_original_bytes_are_kept(channel, recorded, webhook):
    request = webhook(recorded("photo"))
    [message] = channel.parse(request)
    assert (message.raw, message.raw_type) == (request.body, "application/json")


def test_text_that_no_database_takes_is_cleaned(read):
    [message] = read("text", text="a\x00b\ud800c")
    assert message.text == "ab?c"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"7", b'"a"', b"{", b"\xff", b"[" * 99_999])
def test_what_is_no_update_is_malformed(channel, webhook, body):
    with pytest.raises(MalformedRequest):
        channel.parse(webhook(body))
