"""Every kind of message of the Bot API has a fate: read, a file, answered in words, or silence."""

import pytest
from telegram.constants import MessageType, UpdateType

from channels.base import Attachment, MessageKind
from channels.telegram import parse

FILE = {"file_id": "f1", "file_size": 9}
PHOTO = [{"file_id": "small", "width": 90}, {"file_id": "large", "width": 800, "file_size": 7}]
CONTENT = {
    "text": ("halo", MessageKind.TEXT, "halo"),
    "photo": (PHOTO, MessageKind.MEDIA, ""),
    "animation": (FILE, MessageKind.MEDIA, ""),
    "audio": (FILE, MessageKind.MEDIA, ""),
    "document": (FILE, MessageKind.MEDIA, ""),
    "live_photo": (FILE, MessageKind.MEDIA, ""),
    "sticker": (FILE | {"emoji": "👍"}, MessageKind.MEDIA, "👍"),
    "video": (FILE, MessageKind.MEDIA, ""),
    "video_note": (FILE, MessageKind.MEDIA, ""),
    "voice": (FILE, MessageKind.MEDIA, ""),
    "paid_media": (
        {"star_count": 1, "paid_media": [{"type": "photo", "photo": PHOTO}]},
        MessageKind.MEDIA,
        "",
    ),
    "location": ({"latitude": 1.5, "longitude": 2}, MessageKind.LOCATION, ""),
    "venue": ({"location": {"latitude": 1, "longitude": 2}}, MessageKind.LOCATION, ""),
    "contact": ({"phone_number": "1", "first_name": "B"}, MessageKind.CONTACT, ""),
    "dice": ({"emoji": "🎯", "value": 3}, MessageKind.TEXT, "🎯"),
    "checklist": ({"title": "belanja", "tasks": []}, MessageKind.OTHER, ""),
    "game": ({"title": "catur"}, MessageKind.OTHER, ""),
    "giveaway": ({"winner_count": 1}, MessageKind.OTHER, ""),
    "giveaway_winners": ({"winner_count": 1}, MessageKind.OTHER, ""),
    "invoice": ({"title": "kulkas"}, MessageKind.OTHER, ""),
    "poll": ({"question": "?"}, MessageKind.OTHER, ""),
    "story": ({"id": 1}, MessageKind.OTHER, ""),
    "web_app_data": ({"data": "2 kulkas", "button_text": "Pesan"}, MessageKind.TEXT, "2 kulkas"),
}
BESIDE = {"business_connection_id", "effect_id", "paid_message_price_changed", "reply_to_story",
          "sender_boost_count", "sender_business_bot", "suggested_post_info"}  # fmt: skip
"""What the library lists as kinds of message but stands beside one."""
SERVICE = sorted({kind.value for kind in MessageType} - CONTENT.keys() - BESIDE)


@pytest.fixture
def holding(read):
    """What a private message that holds only these keys gives."""
    return lambda **keys: read("text", **({"text": None} | keys))


@pytest.mark.parametrize("name", CONTENT)
def test_what_a_person_sent_is_one_message_of_its_kind(holding, name):
    value, kind, text = CONTENT[name]
    [message] = holding(**{name: value})
    assert (message.message_kind, message.text) == (kind, text)
    assert not message.automatic


@pytest.mark.parametrize("name", [*SERVICE, "community_chat_joined", "a_thing_renamed"])
def test_what_the_app_wrote_by_itself_is_nobodys_message(holding, name):
    """The last two are of no version the library knows: the name tells."""
    assert holding(**{name: {"any": 1}}) == ()


@pytest.mark.parametrize("name", sorted(BESIDE - {"paid_message_price_changed"}))
def test_what_stands_beside_a_message_does_not_silence_it(read, name):
    assert len(read("text", **{name: {"id": 1}})) == 1


def test_words_are_never_lost_to_a_name_that_sounds_like_a_service(read):
    [message] = read("text", something_has_changed=True)
    assert message.text.startswith("Halo")


@pytest.mark.parametrize("kind", [kind.value for kind in UpdateType])
def test_b1_7_every_kind_of_update_is_read_or_ignored_by_decision(read, channel, webhook, kind):
    body = {"update_id": 1, kind: {"id": "1", "chat": {"id": 5100000001}, "message_id": 1}}
    events = channel.parse(webhook(body))
    assert bool(events) == (kind in ("message", "edited_message"))
    assert set(parse.ALLOWED) <= {kind.value for kind in UpdateType}


def test_paid_pictures_are_files_the_largest_of_each(holding):
    [message] = holding(paid_media=CONTENT["paid_media"][0])
    assert message.attachments == (Attachment("large", "image/jpeg", None, 7),)


def test_a_formatted_message_is_read_by_its_words(holding):
    bold = {"type": "bold", "text": "TS-204815"}
    blocks = [
        {"type": "paragraph", "text": ["nota ", bold, " hilang"]},
        {"type": "list", "items": [{"blocks": [{"type": "paragraph", "text": "kulkas"}]}]},
        {"type": "divider"},
    ]
    [message] = holding(rich_message={"blocks": blocks})
    assert (message.text, message.message_kind) == (
        "nota TS-204815 hilang\nkulkas", MessageKind.TEXT,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("chat", "address"), [({"id": 5100000001}, "5100000001"), ({"id": 7, "type": ""}, "7")]
)
def test_a_private_chat_is_known_by_its_id_where_its_type_is_left_out(read, chat, address):
    [message] = read("text", chat=chat, **{"from": {"id": int(address), "first_name": "Ana"}})
    assert (message.sender.address, message.sender.name) == (address, "Ana")


def test_a_private_chats_person_stands_for_a_sender_left_out(channel, recorded, webhook):
    update = recorded("text")
    del update["message"]["from"]
    [message] = channel.parse(webhook(update))
    assert (message.sender.address, message.sender.name) == ("5100000001", "Ana Wijaya")


def test_a_group_is_known_by_its_negative_id(read):
    assert read("text", chat={"id": -42}) == ()


def test_a_channels_direct_messages_are_its_owners(read):
    chat = {"id": -1004200000002, "type": "supergroup", "is_direct_messages": True}
    assert read("group-mention", chat=chat) == ()


def test_emoji_before_a_mention_do_not_shift_it(read):
    """B2.7: a custom emoji counts two units, as every sign beyond the first 65,536."""
    said = "🧊🧊 @TokoSinarBot masih ada?"
    entities = [
        {"type": "custom_emoji", "offset": 0, "length": 2, "custom_emoji_id": "5"},
        {"type": "mention", "offset": 5, "length": 13},
    ]
    [message] = read("group-mention", text=said, entities=entities)
    assert message.text == "🧊🧊 masih ada?"


def test_of_what_a_web_app_sends_as_json_the_buttons_words_are_read(holding):
    [message] = holding(web_app_data={"data": '{"produk": "kulkas"}', "button_text": "Pesan"})
    assert (message.text, message.message_kind) == ("Pesan", MessageKind.TEXT)
