"""Who may write to a Twilio channel: numbers in any form, ids, machines, other products."""

import logging

import pytest

from channels.base import ChannelKind, InboundMessage, MessageKind
from channels.twilio import address
from channels.twilio.address import Address

WHATSAPP, SMS = ChannelKind.WHATSAPP, ChannelKind.SMS
SID = "SM000000000000000000000000000000aa"


@pytest.fixture
def read(channel, signed):
    """The events of a form with these fields, after its signature was checked."""

    def events(**fields):
        request = signed({"MessageSid": SID, "SmsStatus": "received", "Body": "halo"} | fields)
        channel.authenticate(request)
        return channel.parse(request)

    return events


@pytest.mark.parametrize(
    ("given", "country", "known"),
    [
        ("+6281200000001", "", Address(SMS, "+6281200000001")),
        ("081200000001", "ID", Address(SMS, "+6281200000001")),
        ("081200000001", "", Address(SMS, "+6281200000001")),
        ("6281200000001", "", Address(SMS, "+6281200000001")),
        (" 6281200000001", "", Address(SMS, "+6281200000001")),
        ("4155550100", "US", Address(SMS, "+14155550100")),
        ("+12345", "", Address(SMS, "+12345")),
        ("71234", "", Address(SMS, "71234")),
        ("TOKOSINAR", "", Address(SMS, "TOKOSINAR")),
        ("whatsapp:+6281200000001", "", Address(WHATSAPP, "+6281200000001")),
        ("whatsapp: 6281200000001", "", Address(WHATSAPP, "+6281200000001")),
        ("WhatsApp:6281200000001", "", Address(WHATSAPP, "+6281200000001")),
        ("whatsapp:ID.4566546130240823", "", Address(WHATSAPP, "ID.4566546130240823")),
        ("ID.ENT.4566546130240823", "", Address(WHATSAPP, "ID.ENT.4566546130240823")),
        ("whatsapp:anonymous", "", None),
        ("rcs:+6281200000001", "", None),
        ("messenger:2500000001", "", None),
        ("", "", None),
    ],
)
def test_an_address_is_read_in_each_form_it_comes_in(given, country, known):
    assert address.read(given, country) == known


@pytest.mark.parametrize("sender", ["71234", "TOKOSINAR", "AMAZON.CO", "BCA@ID", "%2B2222"])
def test_a_machine_is_stored_but_never_answered(read, sender):
    [message] = read(From=sender)
    assert (message.automatic, message.sender.phone) == (True, None)


@pytest.mark.parametrize("sender", ["+12345", "081200000001", "whatsapp:ID.4566546130240823"])
def test_a_person_is_answered_however_short_the_number(read, sender):
    [message] = read(From=sender)
    assert not message.automatic


@pytest.mark.parametrize("sender", ["rcs:+6281200000001", "messenger:2500000001", "viber:x"])
def test_another_products_message_is_no_sms_and_is_named_in_the_log(read, sender, caplog):
    with caplog.at_level(logging.WARNING):
        assert read(From=sender) == ()
    assert sender.partition(":")[0] in caplog.text
    assert sender not in caplog.text


def test_a1_7_two_forms_of_the_scoped_id_are_one_address(read):
    scoped = "ID.4566546130240823"
    [bare] = read(From=f"whatsapp:{scoped}", ExternalUserId=scoped)
    [prefixed] = read(From=f"whatsapp:{scoped}", ExternalUserId=f"whatsapp:{scoped}")
    assert bare.sender == prefixed.sender
    assert (bare.sender.address, bare.sender.aliases) == (scoped, ())


def test_a1_7_an_id_that_is_none_is_no_alias(read):
    [message] = read(From="whatsapp:+6281200000001", ExternalUserId="whatsapp:foo_bar")
    assert message.sender.aliases == ()


@pytest.mark.parametrize("kind", ["reaction", "system", "request_welcome", "revoke", "REACTION"])
def test_what_says_nothing_on_whatsapp_is_never_answered(read, kind):
    [message] = read(From="whatsapp:+6281200000001", MessageType=kind, Body="👍")
    assert (message.automatic, message.text) == (True, "👍")


def test_an_edited_whatsapp_message_is_a_new_version(read):
    [message] = read(From="whatsapp:+6281200000001", MessageType="edit")
    assert message.edited


@pytest.mark.parametrize("kind", ["", "text", "unsupported", "of-the-future"])
def test_any_other_type_is_a_message(read, kind):
    [message] = read(From="whatsapp:+6281200000001", MessageType=kind)
    assert (message.automatic, message.message_kind) == (False, MessageKind.TEXT)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"Body": "", "ButtonText": "Ya"}, "Ya"),
        ({"Body": "…", "ButtonText": "Ya"}, "Ya"),
        ({"Body": "Kulkas", "ListTitle": "Kulkas 2 pintu", "ListId": "p1"}, "Kulkas"),
        ({"Body": "", "ListTitle": "Kulkas", "ListId": "p1"}, "Kulkas"),
        ({"Body": "  \n"}, "  \n"),
    ],
)
def test_a1_4_the_words_are_those_the_customer_sees(read, fields, text):
    [message] = read(From="whatsapp:+6281200000001", **fields)
    assert message.text == text


def test_a1_4_an_sms_has_no_buttons_so_its_body_counts(read):
    assert read(From="+6281200000001", ButtonText="Ya")[0].text == "halo"


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("text/vcard", MessageKind.CONTACT),
        ("text/x-vcard", MessageKind.CONTACT),
        ("image/webp", MessageKind.MEDIA),
        ("audio/ogg", MessageKind.MEDIA),
        ("Audio/OGG; codecs=opus", MessageKind.MEDIA),
        ("", MessageKind.MEDIA),
    ],
)
def test_a1_5_a_file_without_words_is_of_its_type(read, type_, kind):
    media = {"NumMedia": "1", "MediaUrl0": "https://api.twilio.com/x", "MediaContentType0": type_}
    [message] = read(From="whatsapp:+6281200000001", Body="", **media)
    assert (message.message_kind, message.text, len(message.attachments)) == (kind, "", 1)


@pytest.mark.parametrize(
    "fields",
    [
        {"EventType": "onMessageAdded", "ConversationSid": "CH1", "MessageSid": "IM1"},
        {"CallSid": "CA1", "CallStatus": "ringing", "From": "+6281200000001"},
    ],
)
def test_another_twilio_products_webhook_means_nothing(channel, signed, fields):
    request = signed(fields)
    channel.authenticate(request)
    assert channel.parse(request) == ()


def test_the_sid_alone_tells_a_repeat_from_another_message(read):
    one, again, other = read(From="+6281200000001"), read(From="+6281200000001"), read(
        From="+6281200000001", MessageSid="SM" + "b" * 32
    )  # fmt: skip
    assert one[0].provider_id == again[0].provider_id != other[0].provider_id
    assert isinstance(other[0], InboundMessage)
