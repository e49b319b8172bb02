"""Our own mail: threads, tokens, loops, opt-out, and no header that a customer wrote."""

import email
import email.policy
import re
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from channels.base import Attachment, Button
from channels.email import Config
from channels.email.compose import compose, subject
from channels.email.signing import sign
from channels.errors import Misconfigured, Refused

AT = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
CONFIG = {"address": "halo@toko-sinar.example", "display_name": "Toko Sinar", "smtp": {"host": "x"}}
REPLY = {"message_id": "<m1@pelanggan.example>", "subject": "Kulkas"}


@pytest.fixture
def composed(tokens, to_ana):
    """The mail for a message, read again by the standard library."""

    def build(config: dict | None = None, **keys) -> EmailMessage:
        mail = compose(to_ana(**keys), Config.model_validate(CONFIG | (config or {})), tokens, AT)
        content = mail.content.replace(b"\r\n", b"\n")
        return email.message_from_bytes(content, policy=email.policy.default)

    return build


def test_a_mail_is_text_and_the_same_as_html(composed):
    mail = composed(text="Halo <Ana>\n\nlihat https://toko-sinar.example/a?b=1&c=2.")
    assert mail.get_content_type() == "multipart/alternative"
    assert mail.get_body(("plain",)).get_content().startswith("Halo <Ana>\n")
    html = mail.get_body(("html",)).get_content()
    assert "Halo &lt;Ana&gt;" in html
    assert '<a href="https://toko-sinar.example/a?b=1&amp;c=2">' in html


def test_c1_4_message_id_and_date_are_our_own(composed, tokens):
    mail = composed()
    assert mail["Message-ID"] == tokens.message_id("17")
    assert re.fullmatch(r"<akrab\.17\.[a-z2-7]{16}@toko-sinar\.example>", mail["Message-ID"])
    assert mail["Date"].datetime == AT


def test_c1_4_a_retry_has_the_same_id_and_another_message_another(tokens):
    assert tokens.message_id("17") == tokens.message_id("17") != tokens.message_id("18")


@pytest.mark.parametrize("given", ["A-long-id-with-Capitals", "a/b@c", "ü", "", "\udcff", "1" * 99])
def test_c1_4_any_id_of_ours_makes_a_valid_message_id(given, tokens):
    assert tokens.own(tokens.message_id(given)) == tokens.message_id(given)


@pytest.mark.parametrize(
    ("thread", "references"),
    [({}, None),
     (REPLY, "<m1@pelanggan.example>"),
     (REPLY | {"references": ["<a@x>", "<b@x>"]}, "<a@x> <b@x> <m1@pelanggan.example>"),
     (REPLY | {"in_reply_to": ["<a@x>"]}, "<a@x> <m1@pelanggan.example>"),
     (REPLY | {"in_reply_to": ["<a@x>", "<b@x>"]}, None)],
)  # fmt: skip
def test_c1_1_references_continue_the_thread(thread, references, composed):
    mail = composed(thread=thread)
    assert mail["References"] == references
    assert mail["In-Reply-To"] == thread.get("message_id")


def test_c1_6_long_references_lose_the_middle_and_fold(composed, tokens, to_ana):
    ids = [f"<{number:040}@pelanggan.example>" for number in range(200)]
    mail = compose(
        to_ana(thread=REPLY | {"references": ids}), Config.model_validate(CONFIG), tokens, AT
    )
    read = email.message_from_bytes(mail.content, policy=email.policy.default)
    assert read["References"].split()[0] == ids[0]
    assert read["References"].split()[-2:] == [ids[-1], REPLY["message_id"]]
    assert max(len(line) for line in mail.content.split(b"\r\n")) < 998


@pytest.mark.parametrize(
    ("given", "wanted"),
    [("Kulkas", "Re: Kulkas"), ("Re: Kulkas", "Re: Kulkas"), ("RE: Bls: Kulkas", "Re: Kulkas"),
     ("Bls: Kulkas", "Re: Kulkas"), ("AW: Re[2]: Kulkas", "Re: Kulkas"), ("", "Re: Pesan"),
     ("Rekening", "Re: Rekening"), ("a\r\nBcc: x@y.example", "Re: a Bcc: x@y.example")],
)  # fmt: skip
def test_the_subject_says_re_once(given, wanted):
    assert subject(REPLY | {"subject": given}, "Pesan") == wanted


def test_the_subject_of_mail_that_answers_none_is_given_or_configured(composed):
    assert composed(thread={"subject": "Promo"})["Subject"] == "Promo"
    assert composed({"subject": "Kabar"})["Subject"] == "Kabar"


def test_c1_5_answers_come_back_with_a_token(composed, tokens):
    assert composed()["Reply-To"] == f"Toko Sinar <{tokens.address('17')}>"
    assert composed({"plus_addresses": False})["Reply-To"] == "Toko Sinar <halo@toko-sinar.example>"


@pytest.mark.parametrize(
    ("thread", "value"),
    [(REPLY, "auto-replied"), ({}, "auto-generated"), (REPLY | {"author": "bot"}, "auto-replied")],
)
def test_c2_3_what_the_bot_writes_says_so(thread, value, composed):
    mail = composed(thread=thread)
    assert mail["Auto-Submitted"] == value
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["X-Loop"] == "halo@toko-sinar.example"


def test_c2_3_what_staff_writes_is_no_automatic_mail(composed):
    mail = composed(thread=REPLY | {"author": "staff"})
    assert mail["Auto-Submitted"] is None
    assert mail["X-Auto-Response-Suppress"] is None


def test_c2_6_our_own_mail_is_known_when_it_comes_back(composed, parser):
    [event] = parser.events(composed(thread=REPLY).as_bytes())
    assert event.automatic


EVIL = "x\r\nBcc: evil@x.example\r\n\r\nhalo"
INJECTED = {
    "subject": {"thread": REPLY | {"subject": EVIL}},
    "message id": {"thread": {"message_id": f"<{EVIL}@x>", "subject": "a"}},
    "references": {"thread": REPLY | {"references": [f"<{EVIL}@x>", 7, None, "<ok@x>"]}},
    "a string of references": {"thread": REPLY | {"references": EVIL}},
    "text": {"text": EVIL},
    "unsubscribe": {"marketing": True, "unsubscribe_url": f"https://x.example/{EVIL}"},
    "language": {"language": EVIL},
    "id": {"id": EVIL},
}


@pytest.mark.parametrize("name", INJECTED)
def test_c5_5_nothing_becomes_a_header(name, composed):
    mail = composed(**INJECTED[name])
    assert mail["Bcc"] is None
    assert mail["To"] == "ana@pelanggan.example"
    assert mail.get_content_type() == "multipart/alternative"


@pytest.mark.parametrize(
    "to", ["a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "ana", "", "@b.example",
           "a b@c.example", "<a@b.example>", "a@" + "b" * 300, "a@b..example"]
)  # fmt: skip
def test_c5_5_only_one_plain_address_is_written_to(to, composed):
    with pytest.raises(Refused):
        composed(to=to)


def test_a_domain_beyond_ascii_is_encoded(composed):
    assert composed(to="ana@bücher.example")["To"] == "ana@xn--bcher-kva.example"


def test_buttons_are_a_numbered_list_and_files_are_links(composed):
    mail = composed(
        text="Pilih:",
        buttons=(Button("Ya", "/affirm"), Button("Tidak", "/deny")),
        attachments=(Attachment("https://toko-sinar.example/a.pdf", filename="a.pdf"),),
    )
    text = mail.get_body(("plain",)).get_content()
    assert "1. Ya\n2. Tidak" in text
    assert "a.pdf: https://toko-sinar.example/a.pdf" in text


def test_a_long_text_is_one_mail(composed):
    text = "kulkas " * 50_000
    assert composed(text=text).get_body(("plain",)).get_content().split() == text.split()


MARKETING = {"marketing": True, "unsubscribe_url": "https://toko-sinar.example/u/abc"}


def test_c9_1_marketing_can_be_left_with_one_click(composed, tokens):
    mail = composed(**MARKETING)
    mailto = f"mailto:{tokens.address('17', 'u')}?subject=unsubscribe"
    value = re.sub(r"\s+", " ", mail["List-Unsubscribe"])
    assert value == f"<https://toko-sinar.example/u/abc>, <{mailto}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    text = mail.get_body(("plain",)).get_content()
    assert "Berhenti menerima email seperti ini: https://toko-sinar.example/u/abc" in text


def test_c9_1_without_https_there_is_only_the_mail(composed):
    mail = composed(marketing=True, unsubscribe_url="http://toko-sinar.example/u")
    assert "http:" not in mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] is None


def test_c9_1_answers_carry_no_unsubscribe_header(composed):
    assert composed(unsubscribe_url="https://x.example")["List-Unsubscribe"] is None


def test_c9_1_dkim_covers_the_unsubscribe_headers(tokens, to_ana, dkim_key):
    import dkim

    private, record = dkim_key
    section = {"dkim": {"selector": "s1", "private_key": private}}
    config = Config.model_validate(CONFIG | section)
    content = sign(compose(to_ana(**MARKETING), config, tokens, AT).content, config)
    header = content.partition(b"\r\nFrom:")[0].replace(b"\r\n ", b"").replace(b" ", b"")
    assert b"list-unsubscribe:list-unsubscribe-post" in header
    assert dkim.verify(content, dnsfunc=lambda name, timeout=5: record)
    assert not dkim.verify(
        content.replace(b"One-Click", b"No"), dnsfunc=lambda n, timeout=5: record
    )


def test_a_key_that_cannot_sign_is_the_operators_to_mend(tokens, to_ana):
    section = {"dkim": {"selector": "s1", "private_key": "no key"}}
    config = Config.model_validate(CONFIG | section)
    with pytest.raises(Misconfigured, match="dkim"):
        sign(compose(to_ana(), config, tokens, AT).content, config)
