"""Webhooks as Twilio sends them -> events (A1, A8)."""

import json
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels.base import (
    ChannelKind,
    InboundMessage,
    MessageKind,
    ReachState,
    VerifiedBy,
    WebhookRequest,
)
from channels.errors import MalformedRequest
from tests.peers.twilio_resources import TOKEN

WHATSAPP, SMS = ChannelKind.WHATSAPP, ChannelKind.SMS
SCOPED = "ID.4566540000000001"

KINDS = [
    ("whatsapp-text", WHATSAPP, MessageKind.TEXT, "Halo, kulkas 2 pintu masih ada?  "),
    ("whatsapp-image", WHATSAPP, MessageKind.MEDIA, "ini rusak"),
    ("whatsapp-voice-note", WHATSAPP, MessageKind.MEDIA, ""),
    ("whatsapp-contact", WHATSAPP, MessageKind.CONTACT, ""),
    ("whatsapp-location", WHATSAPP, MessageKind.LOCATION, ""),
    ("whatsapp-button", WHATSAPP, MessageKind.BUTTON, "Ya, batalkan"),
    ("whatsapp-list", WHATSAPP, MessageKind.BUTTON, "Kulkas"),
    ("whatsapp-flow", WHATSAPP, MessageKind.BUTTON, ""),
    ("whatsapp-reply", WHATSAPP, MessageKind.TEXT, "yang ini"),
    ("whatsapp-reaction", WHATSAPP, MessageKind.OTHER, ""),
    ("sms-text", SMS, MessageKind.TEXT, "Jam buka?"),
    ("sms-blank", SMS, MessageKind.OTHER, ""),
    ("sms-mms", SMS, MessageKind.MEDIA, "struk"),
]


@pytest.fixture
def read(channel, recorded, signed):
    """The events of a recorded payload, after its signature was checked."""

    def events(name, **changes):
        request = signed(recorded(name) | changes)
        channel.authenticate(request)
        return channel.parse(request)

    return events


@pytest.mark.parametrize(("name", "kind", "message_kind", "text"), KINDS)
def test_a_recorded_message_is_read(read, name, kind, message_kind, text):
    [message] = read(name)
    assert isinstance(message, InboundMessage)
    assert (message.kind, message.message_kind, message.text) == (kind, message_kind, text)


def test_a1_3_the_message_sid_is_the_idempotency_key(read, recorded):
    [message] = read("whatsapp-text")
    assert message.provider_id == recorded("whatsapp-text")["MessageSid"]


def test_a1_3_sms_sid_serves_where_message_sid_is_missing(channel, recorded, signed):
    fields = recorded("sms-text")
    del fields["MessageSid"]
    [message] = channel.parse(signed(fields))
    assert message.provider_id == fields["SmsSid"]


def test_a1_1_a_get_webhook_is_read_from_its_query(channel, recorded):
    url = f"https://toko-sinar.example/webhooks/shop?{urlencode(recorded('sms-text'))}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    request = WebhookRequest("GET", url, {"x-twilio-signature": signature}, b"")
    channel.authenticate(request)
    [message] = channel.parse(request)
    assert message.text == "Jam buka?"


def test_a1_2_unknown_parameters_are_accepted(read):
    [message] = read("whatsapp-text", SomethingNew="1", Another="")
    assert message.text.startswith("Halo")


def test_a1_4_whatsapp_says_who_writes(read):
    [message] = read("whatsapp-text")
    sender = message.sender
    assert (sender.address, sender.phone, sender.name) == ("+6281200000001",) * 2 + ("Ana",)
    assert sender.verified_by is VerifiedBy.CHANNEL


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("whatsapp-button", "/affirm"),
        ("whatsapp-list", "product_fridge"),
        ("whatsapp-flow", '{"rating":"5"}'),
    ],
)
def test_a1_4_a_press_gives_our_payload_back(read, name, payload):
    [message] = read(name)
    assert message.payload == payload


@pytest.mark.parametrize("name", ["whatsapp-button", "whatsapp-reply"])
def test_a1_4_a_reply_names_the_message_it_answers(read, recorded, name):
    [message] = read(name)
    assert message.reply_to == recorded(name)["OriginalRepliedMessageSid"]


def test_a1_4_a_location_is_kept(read):
    [message] = read("whatsapp-location")
    assert message.metadata["location"] == {
        "latitude": "-6.8915",
        "longitude": "107.6107",
        "address": "Jl. Ir. H. Djuanda, Bandung",
        "label": "Dago",
    }


def test_a1_4_the_ad_a_customer_came_from_is_kept(read):
    [message] = read("whatsapp-ad")
    referral = message.metadata["referral"]
    assert referral["SourceId"] == "120200000000000001"
    assert referral["CtwaClid"] == "clid-1"


def test_a1_4_a_message_without_an_ad_has_no_referral(read):
    [message] = read("whatsapp-text")
    assert "referral" not in message.metadata


def test_a1_5_media_stays_a_reference(read, recorded):
    [message] = read("whatsapp-image")
    [file] = message.attachments
    assert file.reference == recorded("whatsapp-image")["MediaUrl0"]
    assert file.content_type == "image/jpeg"


def test_a1_5_mms_carries_several_files(read):
    [message] = read("sms-mms")
    assert [file.content_type for file in message.attachments] == ["image/jpeg", "application/pdf"]


def test_a1_5_every_file_is_kept_however_many_there_are(read):
    urls = {f"MediaUrl{n}": f"https://api.twilio.com/{n}" for n in range(50) if n != 7}
    [message] = read("whatsapp-image", NumMedia="50", **urls)
    assert [file.reference for file in message.attachments] == list(urls.values())


def test_a1_5_media_is_found_without_num_media(read):
    [message] = read("whatsapp-image", NumMedia="nonsense")
    assert len(message.attachments) == 1


def test_a1_7_a_username_adds_the_scoped_id_as_an_alias(read):
    [message] = read("whatsapp-username")
    assert message.sender.address == "+6281200000001"
    assert message.sender.aliases == (SCOPED, "ID.ENT.77")
    assert message.metadata["username"] == "ana.bdg"


@pytest.mark.parametrize(
    "changes",
    [{}, {"From": SCOPED}, {"From": ""}, {"ExternalUserId": ""}, {"From": "whatsapp:anonymous"}],
)
def test_a1_7_a_sender_without_a_number_is_known_by_the_scoped_id(read, changes):
    [message] = read("whatsapp-id-only", **changes)
    assert (message.kind, message.sender.address) == (WHATSAPP, SCOPED)
    assert message.sender.phone is None


def test_a1_7_a_number_seen_beside_the_id_makes_the_phone_the_address(read):
    [message] = read("whatsapp-id-only", WaId="6281200000001")
    assert message.sender.phone == message.sender.address == "+6281200000001"
    assert message.sender.aliases == (SCOPED,)


def test_a_number_whatsapp_writes_differently_is_an_alias(read):
    [message] = read("whatsapp-text", WaId="521550000001", From="whatsapp:+5211550000001")
    assert message.sender.address == "+5211550000001"
    assert message.sender.aliases == ("+521550000001",)


@pytest.mark.parametrize(
    ("name", "keyword", "state"),
    [
        ("sms-stop", "stop", ReachState.OPTED_OUT),
        ("sms-advanced-stop", "stop", ReachState.OPTED_OUT),
        ("sms-advanced-start", "start", ReachState.OK),
    ],
)
def test_a8_a_keyword_twilio_obeyed_is_marked_and_changes_reach(read, name, keyword, state):
    message, reach = read(name)
    assert message.keyword == keyword
    assert (reach.kind, reach.address, reach.state) == (SMS, "+6281200000002", state)
    assert message.provider_id in reach.event_id


def test_a1_8_help_is_marked_and_changes_nothing(read):
    [message] = read("sms-advanced-help")
    assert message.keyword == "help"


def test_a1_8_opt_out_type_counts_on_whatsapp_too(read):
    message, reach = read("whatsapp-text", OptOutType="STOP")
    assert (message.keyword, reach.kind) == ("stop", WHATSAPP)


def test_a8_2_an_opt_out_on_sms_says_nothing_of_whatsapp(read):
    _, reach = read("sms-stop")
    assert reach.kind is SMS


@pytest.mark.parametrize("body", ["STOP", "BERHENTI"])
def test_a8_3_stop_on_whatsapp_is_left_to_the_assistant(read, body):
    [message] = read("whatsapp-text", Body=body)
    assert message.keyword is None


@pytest.mark.parametrize("body", ["stop dong", "BERHENTI", "please cancel", "stop kontak"])
def test_a8_1_only_twilios_own_single_words_count(read, body):
    [message] = read("sms-text", Body=body)
    assert message.keyword is None


@pytest.mark.parametrize("body", ["STOPALL", "Unsubscribe", " end ", "QUIT", "OptOut", "REVOKE"])
def test_a8_1_each_of_twilios_words_stops(read, body):
    message, reach = read("sms-text", Body=body)
    assert (message.keyword, reach.state) == ("stop", ReachState.OPTED_OUT)


def test_a8_1_a_yes_lifts_twilios_block_and_is_still_an_answer(read):
    message, reach = read("sms-yes")
    assert (message.keyword, reach.state) == (None, ReachState.OK)


def test_a8_1_a_yes_on_whatsapp_is_only_an_answer(read):
    assert len(read("whatsapp-text", Body="yes")) == 1


@pytest.mark.parametrize("name", ["sms-stop", "sms-yes"])
def test_a8_1_keywords_can_be_left_to_us(new_channel, recorded, signed, name):
    [message] = new_channel(handles_keywords=False).parse(signed(recorded(name)))
    assert message.keyword is None


def test_an_sms_from_a_name_is_never_answered(read):
    [message] = read("sms-from-a-name")
    assert message.automatic
    assert message.sender.phone is None


def test_a3_2_a_fallback_call_is_the_same_message(read, recorded):
    [message] = read("sms-fallback")
    assert message.provider_id == recorded("sms-fallback")["MessageSid"]
    assert message.metadata["fallback_error"] == "11200"


def test_a3_3_a_retry_has_the_same_key_and_keeps_its_token(channel, recorded, signed):
    request = signed(recorded("sms-text"), **{"i-twilio-idempotency-token": "t-1"})
    [message] = channel.parse(request)
    assert message.provider_id == recorded("sms-text")["MessageSid"]
    assert message.metadata["retry_token"] == "t-1"


def test_a2_3_a_json_body_is_read_like_a_form(channel, recorded, signed_json):
    request = signed_json(recorded("whatsapp-text"))
    channel.authenticate(request)
    [message] = channel.parse(request)
    assert (message.text, message.raw_type) == (
        recorded("whatsapp-text")["Body"],
        "application/json",
    )


def test_the_original_is_kept(channel, recorded, signed):
    request = signed(recorded("whatsapp-text"))
    [message] = channel.parse(request)
    assert message.raw == request.body


@pytest.mark.parametrize("name", ["messenger-text", "call"])
def test_what_is_no_message_of_ours_gives_nothing(read, name):
    assert read(name) == ()


def test_a_message_without_an_id_is_malformed(channel, signed):
    with pytest.raises(MalformedRequest):
        channel.parse(signed({"SmsStatus": "received", "From": "+6281200000002", "Body": "x"}))


def test_text_no_database_takes_is_cleaned(channel, signed_json, recorded):
    [message] = channel.parse(signed_json(recorded("sms-text") | {"Body": "a\x00b\ud800c"}))
    assert message.text == "ab?c"
    json.dumps(message.text).encode("utf-8")


def test_what_names_no_status_on_the_status_path_is_no_message(channel, recorded, signed):
    fields = recorded("sms-text")
    del fields["SmsStatus"]
    assert channel.parse(signed(fields, "https://toko-sinar.example/webhooks/shop/status")) == ()
    assert len(channel.parse(signed(fields))) == 1


def test_a_message_that_comes_to_the_status_path_is_not_lost(channel, recorded, signed):
    request = signed(recorded("sms-text"), "https://toko-sinar.example/webhooks/shop/status")
    [message] = channel.parse(request)
    assert isinstance(message, InboundMessage)


def test_a5_5_a_report_of_a_received_message_is_no_message(channel, recorded, signed):
    fields = recorded("status-whatsapp-read") | {"MessageStatus": "received"}
    assert channel.parse(signed(fields | {"SmsStatus": "received"})) == ()


@pytest.mark.parametrize("said", [{"ButtonText": "Ya"}, {"ListTitle": "Kulkas"}])
def test_a1_4_what_a_button_without_a_payload_says_is_text(read, said):
    [message] = read("whatsapp-text", Body="", **said)
    assert (message.message_kind, message.text) == (MessageKind.TEXT, *said.values())


@pytest.mark.parametrize(
    ("told", "read_as", "kind"),
    [
        ("Text/vCard; charset=UTF-8", "text/vcard", MessageKind.CONTACT),
        ('image/jpeg; name="a\r\nb"', "image/jpeg", MessageKind.MEDIA),
        ("image\r\nX-Evil: 1", None, MessageKind.MEDIA),
    ],
)
def test_a1_5_of_a_content_type_the_type_is_kept(read, told, read_as, kind):
    [message] = read("whatsapp-image", MediaContentType0=told)
    assert (message.attachments[0].content_type, message.message_kind) == (read_as, kind)
