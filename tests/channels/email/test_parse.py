"""From a mail's bytes to one message: key, thread, answers, opt-outs by mail."""

import pytest

from channels.base import ChannelKind, InboundMessage, ReachState, StatusUpdate
from channels.email.tokens import UNSUBSCRIBE


def test_a_mail_becomes_a_message(parser, new_mail):
    [event] = parser.events(new_mail(), "INBOX:1:7")
    assert isinstance(event, InboundMessage)
    assert (event.channel, event.kind, event.text) == ("shop", ChannelKind.EMAIL, "Halo")
    assert (event.sender.address, event.sender.name) == ("ana@pelanggan.example", "Ana")
    assert event.sent_at.isoformat() == "2024-06-15T07:59:00+00:00"
    assert event.metadata["transport"] == "INBOX:1:7"


def test_the_raw_mail_is_kept(parser, new_mail):
    [event] = parser.events(new_mail())
    assert (event.raw, event.raw_type) == (new_mail(), "message/rfc822")


def test_our_servers_clock_is_believed_before_the_senders(parser, new_mail):
    received = b"Received: from a ([203.0.113.5]) by b; Sun, 16 Jun 2024 00:00:00 +0700\r\n"
    [event] = parser.events(received + new_mail(Date="Fri, 1 Jan 2038 00:00:00 +0000"))
    assert event.sent_at.isoformat() == "2024-06-15T17:00:00+00:00"


def test_a_mail_without_words_is_its_subject(parser, new_mail):
    [event] = parser.events(new_mail("\r\n", Subject="Kulkas saya rusak"))
    assert event.text == "Kulkas saya rusak"


def key(parser, raw: bytes) -> str:
    return parser.events(raw)[0].provider_id


def test_c1_3_the_same_mail_has_the_same_key_on_every_way_in(parser, new_mail):
    raw = new_mail()
    other = b"Received: from a by b; x\r\nDelivered-To: halo@toko-sinar.example\r\n" + raw
    assert key(parser, raw) == key(parser, other) == key(parser, raw.replace(b"\r\n", b"\n"))


@pytest.mark.parametrize(
    "other",
    [{"text": "Lain\r\n"}, {"Subject": "Lain"}, {"From": "budi@pelanggan.example"},
     {"Date": "Sat, 15 Jun 2024 15:00:00 +0700"}],
)  # fmt: skip
def test_c1_3_different_mails_with_one_message_id_are_both_kept(other, parser, new_mail):
    assert key(parser, new_mail()) != key(parser, new_mail(**other))


def test_c1_3_without_a_message_id_all_bytes_count(parser, new_mail):
    raw = new_mail(Message_ID=None)
    assert key(parser, raw) == key(parser, raw)
    assert key(parser, raw) != key(parser, b"Received: from a by b; x\r\n" + raw)


def test_c1_2_any_of_our_ids_is_found_among_phrases_and_foreign_ones(parser, new_mail, tokens):
    own = tokens.message_id("17")
    for fields in (
        {"In_Reply_To": f"Your message of Saturday <x@y.example> {own}"},
        {"References": f"<a@b.example> {own} <c@d.example>"},
        {"In_Reply_To": "<a@b.example>", "References": own, "Thread_Index": "AdX"},
    ):
        assert parser.events(new_mail(**fields))[0].reply_to == own


def test_c1_2_a_foreign_id_answers_nothing_of_ours(parser, new_mail):
    [event] = parser.events(new_mail(In_Reply_To="<a@b.example>"))
    assert event.reply_to is None
    assert event.thread["in_reply_to"] == ["<a@b.example>"]


@pytest.mark.parametrize("field", ["To", "Cc", "Delivered_To", "X_Original_To", "Envelope_To"])
def test_c1_5_a_token_is_found_in_every_address_field(field, parser, new_mail, tokens):
    [event] = parser.events(new_mail(**{field: f"Toko <{tokens.address('17').upper()}>"}))
    assert event.reply_to == tokens.message_id("17")
    assert event.thread["token"] == tokens.address("17").split("+")[1].split("@")[0]


@pytest.mark.parametrize(
    "change", [lambda a: a.replace("r-17", "r-18"), lambda a: a.replace("r-", "u-")]
)
def test_c1_5_a_forged_token_leads_nowhere(change, parser, new_mail, tokens):
    [event] = parser.events(new_mail(To=change(tokens.address("17"))))
    assert event.reply_to is None


def test_c1_5_a_subject_leads_nowhere(parser, new_mail):
    [event] = parser.events(new_mail(Subject="Re: [akrab 17] K-2026-000123"))
    assert event.reply_to is None


def test_c1_5_a_token_says_nothing_about_who_writes(parser, new_mail, tokens):
    [event] = parser.events(new_mail(To=tokens.address("17"), From="budi@pelanggan.example"))
    assert event.sender.address == "budi@pelanggan.example"
    assert event.sender.verified_by is None


def test_c1_6_long_references_keep_the_first_and_the_last(parser, new_mail):
    given = [f"<{number}@b.example>" for number in range(200)]
    [event] = parser.events(new_mail(References="\r\n ".join(given)))
    kept = event.thread["references"]
    assert (len(kept), kept[0], kept[-1]) == (50, given[0], given[-1])


def test_mail_to_an_unsubscribe_address_opts_out(parser, new_mail, tokens):
    raw = new_mail("", To=tokens.address("17", UNSUBSCRIBE), Subject="unsubscribe")
    message, status = parser.events(raw)
    assert (message.keyword, message.sender.address) == ("stop", "ana@pelanggan.example")
    assert isinstance(status, StatusUpdate)
    assert (status.provider_id, status.reach) == (tokens.message_id("17"), ReachState.OPTED_OUT)


def test_a_token_of_the_old_secret_still_leads_home(new_channel, new_mail, post_mail):
    old, new = new_channel(secret="lama"), new_channel(secret="baru", other_secret="lama")
    raw = new_mail(To=old._tokens.address("17"))
    assert new.parse(post_mail(raw))[0].reply_to == old._tokens.message_id("17")
