"""The webhook: a secret or a MAC lets a raw mail in, nothing else does."""

import hashlib
import hmac

import pytest

from channels.email import Config
from channels.errors import InvalidSignature, MalformedRequest

SECRET = "a-shared-secret-of-the-shop"


def mac(body: bytes, secret: str = SECRET) -> str:
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def test_the_secret_lets_in(new_channel, post_mail, new_mail):
    new_channel().authenticate(post_mail(new_mail(), {"x-akrab-secret": SECRET}))


def test_a_mac_of_the_body_lets_in(new_channel, post_mail, new_mail):
    raw = new_mail()
    new_channel().authenticate(post_mail(raw, {"x-akrab-signature": mac(raw)}))


def test_the_old_secret_lets_in_while_it_is_changed(new_channel, post_mail, new_mail):
    channel = new_channel(secret="baru", other_secret=SECRET)
    channel.authenticate(post_mail(new_mail(), {"x-akrab-secret": SECRET}))


@pytest.mark.parametrize(
    "headers",
    [{}, {"x-akrab-secret": ""}, {"x-akrab-secret": SECRET + "x"}, {"x-akrab-secret": "\udcff"},
     {"x-akrab-signature": mac(b"another mail")}, {"x-akrab-signature": mac(b"", "")}],
)  # fmt: skip
def test_anything_else_is_refused(headers, new_channel, post_mail, new_mail):
    with pytest.raises(InvalidSignature):
        new_channel().authenticate(post_mail(new_mail(), headers))


def test_without_a_secret_nobody_gets_in(new_channel, post_mail, new_mail):
    channel = new_channel(secret=None)
    raw = new_mail()
    for headers in ({"x-akrab-secret": ""}, {"x-akrab-signature": mac(raw, "")}):
        with pytest.raises(InvalidSignature):
            channel.authenticate(post_mail(raw, headers))


@pytest.mark.parametrize("kind", ["message/rfc822", "Message/RFC822; charset=x", "text/plain"])
def test_a_raw_mail_is_taken(kind, new_channel, post_mail, new_mail):
    [event] = new_channel().parse(post_mail(new_mail(), {"content-type": kind}))
    assert event.text == "Halo"


@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x"])
def test_a_form_is_answered_with_what_to_do(kind, new_channel, post_mail, new_mail):
    with pytest.raises(MalformedRequest, match="message/rfc822"):
        new_channel().parse(post_mail(new_mail(), {"content-type": kind}))


@pytest.mark.parametrize("body", [b"", b"null", b'{"text": "halo"}', b"\x00" * 100])
def test_what_is_no_mail_is_refused(body, new_channel, post_mail):
    with pytest.raises(MalformedRequest):
        new_channel().parse(post_mail(body))


GOOD = {"address": "halo@toko-sinar.example", "smtp": {"host": "smtp.toko-sinar.example"}}


@pytest.mark.parametrize(
    "keys",
    [{"address": "halo"}, {"address": "halo+x@toko.example"},
     {"address": "a@b\r\nBcc: c@d.example"},
     {"display_name": "Toko\r\nBcc: x@y.example"}, {"subject": "a\nb"}, {"trusted_networks": ["x"]},
     {"smtp": {"host": "x", "username": "u"}}, {"smtp": {"host": "x", "port": 0}}, {"nonsense": 1},
     {"imap": {"host": "x", "username": "u", "password": "p", "idle_seconds": 1800}}],
)  # fmt: skip
def test_a_wrong_configuration_is_refused(keys):
    with pytest.raises(ValueError, match="validation error"):
        Config.model_validate(GOOD | keys)


def test_secrets_are_not_printed():
    smtp = {"host": "x", "username": "u", "password": "rahasia"}
    config = Config.model_validate(GOOD | {"secret": "geheim", "smtp": smtp})
    assert "geheim" not in repr(config)
    assert "rahasia" not in repr(config)
