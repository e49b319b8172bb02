"""C3: one status per recipient; an address is dead only for an addressing cause."""

from pathlib import Path

import pytest

from channels.base import DeliveryStatus, Reachability, ReachState, StatusUpdate

MAILS = Path(__file__).parent / "mails" / "bounces"
ANA, BUDI = "ana@pelanggan.example", "budi@pelanggan.example"
FAILED, SENT, DELIVERED = DeliveryStatus.FAILED, DeliveryStatus.SENT, DeliveryStatus.DELIVERED
DEAD = ReachState.DEAD
EXPECTED: dict[str, list[tuple[str, DeliveryStatus, str | None, ReachState | None]]] = {
    "postfix-unknown-user": [(ANA, FAILED, "5.1.1", DEAD)],
    "postfix-full": [(ANA, FAILED, "5.2.2", None)],
    "postfix-no-domain": [(ANA, FAILED, "5.1.2", DEAD)],
    "postfix-routing": [(ANA, FAILED, "5.4.6", None)],
    "postfix-host-not-found": [(ANA, FAILED, "5.4.4", DEAD)],
    "postfix-delayed": [(ANA, SENT, "4.4.1", None)],
    "postfix-expired": [(ANA, FAILED, "4.4.1", None)],
    "postfix-delivered": [(ANA, DELIVERED, "2.0.0", None)],
    "postfix-relayed": [(ANA, SENT, "2.0.0", None)],
    "postfix-two-recipients": [(ANA, FAILED, "5.1.1", DEAD), (BUDI, SENT, "4.2.0", None)],
    "postfix-policy-under-5-1-1": [(ANA, FAILED, "5.1.1", None)],
    "forwarded-to-a-dead-address": [("ana.lama@lain.example", FAILED, "5.1.1", None)],
    "exchange-german": [(ANA, FAILED, "5.1.10", DEAD)],
    "exchange-indonesian": [(ANA, FAILED, "5.1.1", DEAD)],
    "exchange-english": [(ANA, FAILED, "5.7.133", None)],
    "gmail-no-such-user": [(ANA, FAILED, "5.1.1", DEAD)],
    "gmail-disabled": [(ANA, FAILED, "5.2.1", DEAD)],
    "gmail-too-fast": [(ANA, FAILED, "5.2.1", None)],
    "gmail-over-quota": [(ANA, FAILED, "5.2.2", None)],
    "gmail-unauthenticated": [(ANA, FAILED, "5.7.26", None)],
    "global-utf8": [(ANA, FAILED, "5.1.1", DEAD)],
    "sendmail-no-report-type": [(ANA, FAILED, "5.1.1", DEAD)],
    "qmail-unknown-user": [(ANA, FAILED, "5.1.1", DEAD)],
    "qmail-remote": [(ANA, FAILED, "5.7.1", None), (BUDI, FAILED, "5.1.2", None)],
    "exim-unknown-user": [(ANA, FAILED, "550", DEAD)],
    "exim-unrouteable": [(ANA, FAILED, None, DEAD)],
    "exim-full": [(ANA, FAILED, None, None)],
    "exim-delayed": [(ANA, SENT, None, None)],
    "yahoo-text": [(ANA, FAILED, None, DEAD)],
    "indonesian-text": [(ANA, FAILED, None, DEAD)],
    "german-text": [(ANA, FAILED, None, None)],
    "gmail-text-only": [(ANA, FAILED, None, None)],
}


@pytest.fixture
def bounce(tokens):
    def read(name: str, message_id: str | None = None) -> bytes:
        text = (MAILS / f"{name}.eml").read_text()
        return text.replace("{ID}", message_id or tokens.message_id("17")).encode()

    return read


def test_every_bounce_has_an_expectation():
    assert sorted(EXPECTED) == sorted(path.stem for path in MAILS.glob("*.eml"))


@pytest.mark.parametrize("name", EXPECTED)
def test_c3_1_to_c3_5_each_recipient_gets_its_status(name, bounce, parser, tokens):
    events = parser.events(bounce(name))
    found = [(each.recipient, each.status, each.error_code, each.reach) for each in events]
    wanted = EXPECTED[name]
    if wanted[0][2] is None:
        found = [(*each[:2], None, each[3]) for each in found]
    assert found == wanted
    assert {each.provider_id for each in events} == {tokens.message_id("17")}


@pytest.mark.parametrize("name", EXPECTED)
def test_a_bounce_with_crlf_reads_the_same(name, bounce, parser):
    raw = bounce(name)
    crlf = parser.events(raw.replace(b"\n", b"\r\n"))
    assert [each.status for each in crlf] == [each.status for each in parser.events(raw)]


def test_c3_4_a_forged_id_is_not_taken_for_ours(bounce, parser, tokens):
    forged = f"<akrab.17.{'a' * 16}@toko-sinar.example>"
    [event] = parser.events(bounce("postfix-unknown-user", forged))
    assert event.provider_id == forged != tokens.message_id("17")


def test_c3_4_a_bounce_is_matched_by_the_address_it_came_back_to(parser, tokens, bounce):
    raw = bounce("qmail-unknown-user", "<gone@x.example>")
    raw = raw.replace(b"To: halo@toko-sinar.example", f"To: {tokens.address('17')}".encode(), 1)
    [event] = parser.events(raw)
    assert event.provider_id == tokens.message_id("17")


def test_c3_4_a_bounce_without_any_id_is_still_one_record(parser, new_mail):
    raw = new_mail(
        "Hi. This is the qmail-send program.\n\n<ana@pelanggan.example>:\nno mailbox here",
        From="MAILER-DAEMON@x.example",
        Subject="failure notice",
    )
    [event] = parser.events(raw)
    assert isinstance(event, StatusUpdate)
    assert event.provider_id.startswith("mail-")


def test_c5_3_a_bounce_attached_to_a_mail_is_an_attachment(parser, bounce, new_mail):
    inner = bounce("postfix-unknown-user").decode()
    body = f"--o\n\nKenapa ini?\n--o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    [event] = parser.events(new_mail(body, Content_Type='multipart/mixed; boundary="o"'))
    assert event.text == "Kenapa ini?"
    assert not event.automatic
    assert [each.content_type for each in event.attachments] == ["message/rfc822"]


def report(new_mail, kind: str, part: str, fields: str, returned: str = "", **given: str) -> bytes:
    body = (
        f"--r\n\nLaporan\n--r\nContent-Type: {part}\n\n{fields}\n"
        f"--r\nContent-Type: text/rfc822-headers\n\n{returned}\n--r--\n"
    )
    content_type = f'multipart/report; report-type={kind}; boundary="r"'
    return new_mail(body, **{"From": "feedback@mail.example", **given}, Content_Type=content_type)


@pytest.mark.parametrize(
    ("given", "address"),
    [("utf-8; an\\x{E9}@x.example", "ané@x.example"), ("utf-8; ané@x.example", "ané@x.example"),
     ("rfc822; ana+2Btoko@x.example", "ana+toko@x.example"),
     ("rfc822; a+00na@x.example", "ana@x.example"),
     ("utf-8; ana\\x{D800}@x.example", "ana@x.example")],
)  # fmt: skip
def test_c3_6_an_address_is_read_in_either_encoding(given, address, parser, new_mail):
    fields = f"Final-Recipient: {given}\nAction: failed\nStatus: 5.1.1\n"
    raw = report(new_mail, "delivery-status", "message/global-delivery-status", f"x: y\n\n{fields}")
    [event] = parser.events(raw)
    assert event.recipient == address


ARF = "Feedback-Type: abuse\nVersion: 1\nOriginal-Rcpt-To: ana@pelanggan.example\n"


def test_c3_6_a_complaint_about_our_mail_opts_out(parser, new_mail, tokens):
    returned = f"Message-ID: {tokens.message_id('17')}\nTo: ana@pelanggan.example\n"
    raw = report(new_mail, "feedback-report", "message/feedback-report", ARF, returned)
    [event] = parser.events(raw)
    assert (event.provider_id, event.reach) == (tokens.message_id("17"), ReachState.OPTED_OUT)
    assert event.error == "complaint: abuse"


def test_c3_6_a_complaint_without_our_id_opts_out_by_address(parser, new_mail):
    [event] = parser.events(report(new_mail, "feedback-report", "message/feedback-report", ARF))
    assert isinstance(event, Reachability)
    assert (event.address, event.state) == (ANA, ReachState.OPTED_OUT)
    assert event.reason == "complaint"


def test_c3_6_a_complaint_that_a_daemon_sends_is_no_bounce(parser, new_mail):
    returned = "Message-ID: <1@other.example>\nTo: ana@pelanggan.example\n"
    part = "message/feedback-report"
    raw = report(new_mail, "feedback-report", part, ARF, returned, From="MAILER-DAEMON")
    [event] = parser.events(raw)
    assert isinstance(event, Reachability)


def test_c3_6_outlooks_own_form_of_a_complaint_opts_out(parser, new_mail, tokens):
    inner = f"To: ana@pelanggan.example\nMessage-ID: {tokens.message_id('17')}\n\nHalo"
    body = f"--o\nContent-Type: message/rfc822\n\n{inner}\n--o--\n"
    subject = "complaint about message from 192.0.2.1"
    raw = new_mail(body, Subject=subject, Content_Type='multipart/mixed; boundary="o"')
    [event] = parser.events(raw)
    assert (event.provider_id, event.reach) == (tokens.message_id("17"), ReachState.OPTED_OUT)


@pytest.mark.parametrize(
    ("disposition", "status"),
    [("manual-action/MDN-sent-manually; displayed", DeliveryStatus.READ),
     ("automatic-action/MDN-sent-automatically; deleted", DELIVERED)],
)  # fmt: skip
def test_c3_6_a_read_receipt_is_a_status_and_nothing_else(
    disposition, status, parser, new_mail, tokens
):
    fields = f"Original-Message-ID: {tokens.message_id('17')}\nDisposition: {disposition}\n"
    part = "message/disposition-notification"
    [event] = parser.events(report(new_mail, "disposition-notification", part, fields))
    assert (event.provider_id, event.status) == (tokens.message_id("17"), status)
    assert event.reach is None
