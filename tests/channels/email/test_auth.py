"""C4: only our own server's dmarc=pass for exactly the From domain makes a sender verified."""

import pytest

from channels.base import VerifiedBy
from channels.email.auth import Border
from channels.email.parse import Parser

OURS = "mx.toko-sinar.example"
FOREIGN = (
    "Received: from mail.pelanggan.example (mail [203.0.113.5]) by mx.toko-sinar.example; x\r\n"
)
LOCAL = "Received: from mx.toko-sinar.example (localhost [127.0.0.1]) by mx.toko-sinar.example\r\n"
RELAY = "Received: from mx.toko-sinar.example ([10.1.2.3]) by store.toko-sinar.example; x\r\n"
PASS = "dmarc=pass (p=REJECT) header.from=pelanggan.example"

FAIL = "dmarc=fail header.from=pelanggan.example"


def result(said: str = PASS, server: str = OURS) -> str:
    return f"Authentication-Results: {server}; {said}\r\n"


VERIFIED = {
    "C4.1 above the border's Received": result() + FOREIGN,
    "below a local hop": LOCAL + result() + FOREIGN,
    "between other results": result("spf=pass smtp.mailfrom=x.example; " + PASS) + FOREIGN,
    "another server's results before": result(server="other.example") + result() + FOREIGN,
    "in capitals": result("DMARC=Pass header.from=Pelanggan.Example") + FOREIGN,
    "with a version": result(server=f"{OURS} 1") + FOREIGN,
    "folded": result("dkim=pass;\r\n\t" + PASS) + FOREIGN,
}  # fmt: skip
UNVERIFIED = {
    "no result": FOREIGN,
    "C4.1 below the border's Received, so perhaps the sender's": FOREIGN + result(),
    "C4.1 another server's": result(server="mx.evil.example") + FOREIGN,
    "C4.1 a name that only begins like ours": result(server=OURS + ".evil.example") + FOREIGN,
    "C4.1 a HELO that claims to be ours": FOREIGN.replace(
        "mail.pelanggan.example", OURS) + result(),
    "C4.1 a HELO that looks like a local address": FOREIGN.replace(
        "from mail.pelanggan.example", "from [127.0.0.1]") + result(),
    "C4.2 dmarc fails": result(FAIL) + FOREIGN,
    "C4.2 dmarc is not there": result("dkim=pass header.d=pelanggan.example; spf=pass") + FOREIGN,
    "C4.2 dkim of another domain": result("dkim=pass header.d=evil.example") + FOREIGN,
    "C4.2 another From": result("dmarc=pass header.from=evil.example") + FOREIGN,
    "C4.2 no From in it": result("dmarc=pass") + FOREIGN,
    "C4.2 one pass, one fail": result() + result(FAIL) + FOREIGN,
    "dmarc=pass in a comment": result(f"spf=fail ({PASS[:10]} header.from=a)") + FOREIGN,
    "dmarc=pass in an open comment": result("spf=fail (x; " + PASS) + FOREIGN,
    "none": f"Authentication-Results: {OURS}; none\r\n" + FOREIGN,
    "bestguesspass": result("dmarc=bestguesspass header.from=pelanggan.example") + FOREIGN,
}  # fmt: skip


@pytest.mark.parametrize("name", VERIFIED)
def test_c4_a_sender_our_server_vouches_for_is_verified(name, parser, new_mail):
    [event] = parser.events(VERIFIED[name].encode() + new_mail())
    assert event.sender.verified_by == VerifiedBy.DMARC


@pytest.mark.parametrize("name", UNVERIFIED)
def test_c4_anybody_else_is_not(name, parser, new_mail):
    [event] = parser.events(UNVERIFIED[name].encode() + new_mail())
    assert event.sender.verified_by is None
    assert event.sender.address == "ana@pelanggan.example"


def test_c4_1_a_relay_of_ours_is_trusted_by_its_network(tokens, new_mail):
    from ipaddress import ip_network

    raw = (RELAY + result() + FOREIGN).encode() + new_mail()
    for networks, verified in (((), None), ((ip_network("10.0.0.0/8"),), VerifiedBy.DMARC)):
        [event] = Parser("shop", tokens, Border(OURS, networks)).events(raw)
        assert event.sender.verified_by == verified


def test_c4_1_gmail_writes_below_its_received_and_has_to_be_named(tokens, new_mail):
    raw = (FOREIGN + result()).encode() + new_mail()
    [event] = Parser("shop", tokens, Border(OURS, below=True)).events(raw)
    assert event.sender.verified_by == VerifiedBy.DMARC
    deeper = (FOREIGN + FOREIGN + result()).encode() + new_mail()
    [event] = Parser("shop", tokens, Border(OURS, below=True)).events(deeper)
    assert event.sender.verified_by is None


def test_without_an_authserv_id_nobody_is_verified(tokens, new_mail):
    [event] = Parser("shop", tokens, None).events((result() + FOREIGN).encode() + new_mail())
    assert event.sender.verified_by is None


@pytest.mark.parametrize(
    "sender",
    ["ana@pelanggan.example, evil@x.example", "ana@pelanggan.example\r\nFrom: evil@x.example"],
)
def test_c4_3_several_senders_are_never_verified(sender, parser, new_mail):
    [event] = parser.events((result() + FOREIGN).encode() + new_mail(From=sender))
    assert event.sender.verified_by is None


@pytest.mark.parametrize(
    ("field", "address", "name"),
    [('"ana@pelanggan.example" <evil@x.example>', "evil@x.example", "ana@pelanggan.example"),
     ("ana@pelanggan.example <evil@x.example>", "evil@x.example", "ana@pelanggan.example"),
     ("=?utf-8?q?ana=40pelanggan.example_=3Ca=40b.example=3E?= <evil@x.example>", "evil@x.example",
      "ana@pelanggan.example <a@b.example>"),
     ("Ana@Pelanggan.Example", "ana@pelanggan.example", None),
     ("Ana (di rumah) <ana@pelanggan.example>", "ana@pelanggan.example", "Ana (di rumah)"),
     ("=?utf-8?b?QW5hIPCfmIA=?= <ana@pelanggan.example>", "ana@pelanggan.example", "Ana 😀"),
     ("undisclosed", "unknown@sender.invalid", None),
     ("<>", "unknown@sender.invalid", None)],
)  # fmt: skip
def test_c4_3_the_address_is_never_taken_from_the_name(field, address, name, parser, new_mail):
    [event] = parser.events(new_mail(From=field))
    assert (event.sender.address, event.sender.name) == (address, name)
