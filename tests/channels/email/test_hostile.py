"""C5.1: whatever the bytes, a mail gives events, in bounded time, and never an exception."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels.base import InboundMessage
from channels.email import mime
from channels.email.auth import Border
from channels.email.parse import Parser
from channels.email.tokens import Tokens

PARSER = Parser("shop", Tokens(["geheim"], "halo@toko-sinar.example"), Border("mx.example"))
FROM = b"From: ana@pelanggan.example\r\n"
MIXED = b"Content-Type: multipart/mixed"


def nested(levels: int) -> bytes:
    opened = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (level, level)
        for level in range(levels)
    )
    return FROM + opened + b"\r\nhalo\r\n"


NASTY = {
    "nothing": b"",
    "NUL": b"\x00" * 1000,
    "no header at all": b"halo",
    "only a line end": b"\r\n\r\n",
    "unknown charset": FROM + b"Content-Type: text/plain; charset=klingon\r\n\r\nhalo",
    "a charset with NUL": FROM + b"Content-Type: text/plain; charset=a\x00b\r\n\r\nhalo",
    "a codec that is no charset": FROM + b"Content-Type: text/plain; charset=zlib\r\n\r\nhalo",
    "the codec that only raises": FROM + b"Content-Type: text/plain; charset=undefined\r\n\r\nhalo",
    "8-bit as us-ascii": FROM + b"Content-Type: text/plain; charset=us-ascii\r\n\r\nhal\xc3\xb3",
    "8-bit in headers": b"From: An\xe9 <ana@pelanggan.example>\r\nSubject: \xff\xfe\r\n\r\nhalo",
    "broken base64": FROM + b"Content-Transfer-Encoding: base64\r\n\r\naGFsb!!!w=\r\n=x",
    "text that claims base64": FROM + b"Content-Transfer-Encoding: base64\r\n\r\nhalo, apa kabar?",
    "broken quoted-printable": FROM + b"Content-Transfer-Encoding: quoted-printable\r\n\r\nh=ZZ=",
    "a file inside the text that never ends": (
        FROM + b"\r\nbegin 644 a.jpg\r\n" + (b"M" + b"A" * 60 + b"\r\n") * 200 + b"halo"
    ),
    "multipart without boundary": FROM + b"Content-Type: multipart/mixed\r\n\r\nhalo",
    "a boundary to guess": FROM + MIXED + b"\r\n\r\n--zz\r\n\r\nhalo\r\n--zz--",
    "no end": FROM + MIXED + b"; boundary=b\r\n\r\n--b\r\n\r\nhalo",
    "an empty boundary": FROM + b'Content-Type: multipart/mixed; boundary=""\r\n\r\nhalo',
    "300 levels": nested(300),
    "20,000 parts": FROM + MIXED + b"; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nx\r\n" * 20_000,
    "bare CR": b"From: ana@pelanggan.example\rSubject: x\r\rhalo\rAna",
    "bare LF": b"From: ana@pelanggan.example\nSubject: x\n\nhalo",
    "a mailbox line first": b"From ana Sat Jun 15\nFrom: ana@pelanggan.example\n\nhalo",
    "a header without end": FROM + b"Subject: " + b"x" * 500_000,
    "a header of folds": FROM + b"Subject: x\r\n" + b" y\r\n" * 50_000 + b"\r\nhalo",
    "50,000 header fields": b"X: y\r\n" * 50_000 + FROM + b"\r\nhalo",
    "header fields of spaces": FROM + (b"X: " + b" " * 30_000 + b"y\r\n") * 50 + b"\r\nhalo",
    "a header of addresses": b"To: " + b"a@b.example, " * 20_000 + b"\r\n\r\nhalo",
    "a header of brackets": b"From: " + b"(" * 20_000
    + b"\r\nReferences: " + b"<" * 20_000 + b"\r\n\r\n",
    "a header of encoded words": b"Subject: " + b"=?utf-8?b?aGFsbw==?= " * 5000 + b"\r\n\r\nhalo",
    "words that decode to line ends": b"From: =?utf-8?q?a=0D=0AX-Evil:_1?= <a@b.example>\r\n\r\n",
    "a parameter of numbers": FROM + b"Content-Type: text/plain; name*"
    + b"9" * 5000 + b"=x\r\n\r\nhalo",
    "a date beyond time": FROM + b"Date: Sat, 99 Zzz 99999 99:99:99 +9999\r\n\r\nhalo",
    "an address of 10,000": b"From: " + b"a" * 10_000 + b"@b.example\r\n\r\nhalo",
    "a report of nothing": FROM + b'Content-Type: multipart/report; boundary="b"\r\n\r\n--b--',
    "a report with a broken part": b"From: <>\r\nContent-Type: multipart/report; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: message/delivery-status\r\n\r\n\x00\xff: ;;;\r\nAction:\r\n--b--",
    "utf-7 surrogates": FROM + b"Content-Type: text/plain; charset=utf-7\r\n\r\n+2D0-",
    "a content type of controls": FROM + b"Content-Type: \x01/\x02; charset=\x03\r\n\r\nhalo",
    "HTML without end": FROM + b"Content-Type: text/html\r\n\r\n<div><!-- <p " + b"<b>" * 30_000,
}  # fmt: skip


@pytest.mark.timeout(60)
@pytest.mark.parametrize("name", NASTY)
def test_c5_1_nasty_mail_gives_one_message_soon(name):
    [event] = PARSER.events(NASTY[name])
    assert isinstance(event, InboundMessage)
    assert 0 < len(event.sender.address) <= 320


@pytest.mark.parametrize(
    "name",
    ["unknown charset", "a charset with NUL", "a codec that is no charset", "broken base64",
     "multipart without boundary", "a boundary to guess", "no end", "bare LF",
     "a mailbox line first", "the codec that only raises"],
)  # fmt: skip
def test_c5_1_the_text_is_read_all_the_same(name):
    [event] = PARSER.events(NASTY[name])
    assert event.text.startswith("halo")
    assert event.sender.address == "ana@pelanggan.example"


def test_c5_1_eight_bits_under_ascii_are_read():
    [event] = PARSER.events(NASTY["8-bit as us-ascii"])
    assert event.text == "haló"


def test_c5_5_names_never_hold_line_ends():
    [event] = PARSER.events(NASTY["words that decode to line ends"])
    assert event.sender.name == "a X-Evil: 1"


@given(st.binary(max_size=2000))
def test_any_bytes_give_events(raw):
    assert PARSER.events(raw)


HEADERS = st.sampled_from(
    ["From", "To", "Subject", "Date", "Message-ID", "References", "In-Reply-To", "Content-Type",
     "Content-Transfer-Encoding", "Content-Disposition", "Auto-Submitted", "Return-Path",
     "X-Failed-Recipients", "Authentication-Results", "Received", "List-Id", "Final-Recipient"]
)  # fmt: skip
VALUES = st.one_of(
    st.text(max_size=60),
    st.sampled_from(["<>", "<a@b.example>", "a@b.example", "text/html", "base64", "=?x?q?=?=",
                     "multipart/mixed; boundary=b", "multipart/report; boundary=b", "mx.example;",
                     "mx.example; dmarc=pass header.from=b.example",
                     "multipart/alternative; boundary=b",
                     "message/delivery-status", "MAILER-DAEMON@x.example",
                     "text/plain; charset=\udcff"]),
)  # fmt: skip
LINES = st.lists(st.tuples(HEADERS, VALUES), max_size=8)


@settings(max_examples=200, deadline=None)
@given(LINES, LINES, st.text(max_size=200))
def test_any_arrangement_of_header_fields_gives_events(outer, inner, text):
    def block(fields: list[tuple[str, str]]) -> str:
        return "".join(f"{name}: {value}\n" for name, value in fields)

    mail = f"{block(outer)}\n--b\n{block(inner)}\n{text}\n--b--\n{text}"
    raw = mail.encode("utf-8", "surrogateescape" if "\udcff" in mail else "replace")
    assert PARSER.events(raw.replace(b"\xed", b""))


@given(st.binary(max_size=500), st.sampled_from(["base64", "quoted-printable", "7bit", "x"]))
def test_any_encoding_of_any_body_is_undone(content, encoding):
    part = mime.parse(b"Content-Transfer-Encoding: " + encoding.encode() + b"\n\n" + content)
    assert isinstance(part.text(), str)


class Broken(Tokens):
    """Trips over every mail, as a defect of ours would."""

    def own(self, message_id: str) -> str | None:
        raise RecursionError(message_id)


def test_c5_1_a_mail_that_trips_our_parser_is_kept_for_staff(new_mail, unread):
    parser = Parser("shop", Broken(["geheim"], "halo@toko-sinar.example"), None)
    [event] = parser.events(new_mail(), "INBOX:7:1")
    assert (event.raw, event.automatic) == (new_mail(), True)
    assert "INBOX:7:1" in event.text
    assert len(unread) == 1


NUL_IN_FIELDS = {
    "a message": (
        b"Message-ID: <a\0b@x.example>\r\nDate: Mon\0, 1\r\nTo: a\0b@x.example\r\n"
        b"References: <c\0d@x.example>\r\nContent-Type: text/plain; name=a\0.txt\r\n\r\nhalo"
    ),
    "a report": (
        b"Content-Type: multipart/report; report-type=delivery-status; boundary=o\r\n\r\n"
        b"--o\r\nContent-Type: message/delivery-status\r\n\r\nFinal-Recipient: rfc822; "
        b"budi@x.example\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; no\0body\r\n"
        b"\r\n--o\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <e\0f@x.example>\r\n--o--\r\n"
    ),
}


@pytest.mark.parametrize("name", NUL_IN_FIELDS)
def test_no_field_brings_a_nul_that_a_store_would_refuse(name):
    [event] = PARSER.events(FROM + NUL_IN_FIELDS[name])
    told = {key: value for key, value in asdict(event).items() if key != "raw"}
    assert "\\u0000" not in json.dumps(told, default=str)


def test_japanese_in_a_field_that_declares_none_is_read():
    subject = b"Subject: " + "冷蔵庫".encode("iso2022_jp") + b"\r\n"
    [event] = PARSER.events(FROM + subject + b"\r\nhalo")
    assert event.metadata["subject"] == "冷蔵庫"
