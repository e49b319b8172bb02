"""Who may call the webhook (A2)."""

from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator

from channels.base import WebhookRequest
from channels.errors import InvalidSignature
from channels.twilio.signature import verify
from tests.peers.twilio_resources import ACCOUNT, TOKEN

URL = "https://toko-sinar.example/webhooks/shop"
FORM = "application/x-www-form-urlencoded"
FIELDS = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "Body": " Halo & é 👋 ", "FromZip": ""}


def request(body, *, url=URL, signed_url=None, params=None, kind=FORM, method="POST"):
    signature = RequestValidator(TOKEN).compute_signature(signed_url or url, params or {})
    headers = {"x-twilio-signature": signature, "content-type": kind}
    return WebhookRequest(method, url, headers, body)


def check(given):
    verify(given, (TOKEN,), ACCOUNT)


def test_a2_1_a_signed_form_is_let_in(signed):
    check(signed(FIELDS))


def test_a1_6_blank_fields_take_part_in_the_signature(signed, recorded):
    assert recorded("sms-text")["FromZip"] == ""
    check(signed(recorded("sms-text")))


def test_a2_5_values_are_not_trimmed(signed):
    check(signed({**FIELDS, "Body": "  two spaces  "}))


def test_a1_2_a_removed_field_breaks_the_signature(signed):
    whole = signed(FIELDS)
    part = urlencode({name: value for name, value in FIELDS.items() if name != "FromZip"})
    with pytest.raises(InvalidSignature):
        check(WebhookRequest("POST", URL, whole.headers, part.encode()))


@pytest.mark.parametrize(
    ("body", "params"),
    [
        (b"A=1&A=1&B=2", {"A": "1", "B": "2"}),  # identical values count once
        (b"A=2&A=1", {"A": "1A2"}),  # distinct ones are sorted, each with its name
        (b"A=&B=2", {"A": "", "B": "2"}),
    ],
)
def test_a2_2_a_repeated_field_is_signed_as_the_library_signs_it(body, params):
    check(request(body, params=params))


@pytest.mark.parametrize("signed_url", [URL, URL.replace(".example", ".example:443")])
def test_a2_2_the_default_port_may_be_in_the_signed_url(signed_url):
    check(request(urlencode(FIELDS).encode(), signed_url=signed_url, params=FIELDS))


@pytest.mark.parametrize(
    "url",
    [
        "https://user:word@toko-sinar.example:8443/webhooks/shop",
        "https://[2001:db8::1]:8443/webhooks/shop",
        "https://toko-sinar.example/webhooks/shop?a=1&b=%2F&c=",
    ],
)
def test_a2_6_odd_urls_are_checked_as_they_are(url):
    check(request(urlencode(FIELDS).encode(), url=url, params=FIELDS))


@pytest.mark.parametrize("given", ["'", "%27"])
@pytest.mark.parametrize("signed_as", ["'", "%27"])
def test_a2_1_an_apostrophe_in_the_query_may_be_signed_in_either_spelling(given, signed_as):
    url = "https://toko-sinar.example/webhooks/shop?Body=don{}t"
    check(request(b"", url=url.format(given), signed_url=url.format(signed_as), method="GET"))


CALL = {"CallSid": "CA1234567890ABCDE", "Digits": "1234", "From": "+14158675309",
        "To": "+18005551212", "Caller": "+14158675309"}  # fmt: skip
FORM_BODY = urlencode(CALL).encode()
TWICE = b"Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234"
PAGE = "https://mycompany.com/myapp.php?foo=1&bar=2"
BODY = b'{"property": "value", "boolean": true}'
HASH = "bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620"


@pytest.mark.parametrize(
    ("url", "body", "signature"),
    [
        (PAGE, FORM_BODY, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PAGE.replace(".com", ".com:1234"), FORM_BODY, "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (PAGE, FORM_BODY, "kvajT1Ptam85bY51eRf/AJRuM3w="),
        (PAGE.replace("https", "http"), FORM_BODY, "0ZXoZLH/DfblKGATFgpif+LLRf4="),
        (PAGE.replace("https://mycompany.com", "http://mycompany.com:1234"),
         FORM_BODY, "Zmvh+3yNM1Phv2jhDCwEM3q5ebU="),
        (PAGE, TWICE, "IK+Dwps556ElfBT0I3Rgjkr1wJU="),
        (f"{PAGE}&{HASH}", BODY, "a9nBmqA0ju/hNViExpshrM61xv4="),
        (f"https://mycompany.com/myapp.php?{HASH}", BODY, "y77kIzt2vzLz71DgmJGsen2scGs="),
    ],
)  # fmt: skip
def test_a2_1_the_signatures_twilios_libraries_are_tested_with_are_let_in(url, body, signature):
    """Public values of twilio-python, -java and -go, made with the token "12345"."""
    kind = "application/json" if body is BODY else FORM
    headers = {"x-twilio-signature": signature, "content-type": kind}
    verify(WebhookRequest("POST", url, headers, body), ("12345",), ACCOUNT)
    with pytest.raises(InvalidSignature):
        verify(WebhookRequest("POST", url, headers, body + b" "), ("12345",), ACCOUNT)


def test_a2_7_the_configured_url_is_signed_not_the_host_header(signed):
    genuine = signed(FIELDS)
    headers = {**genuine.headers, "host": "evil.example", "x-forwarded-host": "evil.example"}
    check(WebhookRequest("POST", URL, headers, genuine.body))


def test_a2_3_a_json_body_is_covered_by_its_hash(signed_json):
    check(signed_json({"AccountSid": ACCOUNT, "Body": "Halo"}))


def test_a2_3_a_changed_json_body_is_refused(signed_json):
    genuine = signed_json({"Body": "Halo"})
    with pytest.raises(InvalidSignature):
        check(WebhookRequest("POST", genuine.url, genuine.headers, b'{"Body": "Hacked"}'))


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "", "multipart/form-data"])
def test_a2_4_a_body_outside_the_signature_is_refused(kind):
    with pytest.raises(InvalidSignature):
        check(request(b'{"MessageSid": "SM1"}', kind=kind))


@pytest.mark.parametrize("signature", [None, "", "x", "é" * 28, "=" * 28])
def test_a2_4_a_missing_or_odd_signature_is_refused(signed, signature):
    genuine = signed(FIELDS)
    headers = dict(genuine.headers)
    headers.pop("x-twilio-signature")
    if signature is not None:
        headers["x-twilio-signature"] = signature
    with pytest.raises(InvalidSignature):
        check(WebhookRequest("POST", URL, headers, genuine.body))


@pytest.mark.parametrize("token", [TOKEN, "the-next-token"])
def test_a2_8_both_tokens_count_during_a_rotation(new_channel, signed, token):
    new_channel(other_auth_token="the-next-token").authenticate(signed(FIELDS, token=token))


def test_a2_8_no_other_token_counts(new_channel, signed):
    with pytest.raises(InvalidSignature):
        new_channel().authenticate(signed(FIELDS, token="the-next-token"))


def test_a2_10_another_account_is_refused(signed):
    with pytest.raises(InvalidSignature, match="another Twilio account"):
        check(signed({**FIELDS, "AccountSid": "AC" + "f" * 32}))


def test_a2_9_a_replay_is_let_in_and_gives_the_same_key(channel, signed, recorded):
    both = [channel.parse(signed(recorded("sms-text")))[0].provider_id for _ in range(2)]
    assert both[0] == both[1]


@given(st.dictionaries(st.text(min_size=1), st.text(), max_size=8), st.text(alphabet="ab/?&=%"))
def test_any_form_twilio_could_sign_is_let_in(fields, query):
    fields = {
        name.encode("utf-8", "replace").decode(): value.encode("utf-8", "replace").decode()
        for name, value in fields.items()
        if name != "AccountSid"
    }
    url = f"{URL}?{query}" if "#" not in query else URL
    check(request(urlencode(fields).encode(), url=url, params=fields))


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1, max_size=5), st.data())
def test_any_change_to_a_signed_form_is_refused(fields, data):
    fields = {name.encode("utf-8", "replace").decode(): "1" for name in fields}
    genuine = request(urlencode(fields).encode(), params=fields)
    changed = dict.fromkeys(fields, "1") | {data.draw(st.sampled_from(sorted(fields))): "2"}
    with pytest.raises(InvalidSignature):
        check(WebhookRequest("POST", URL, genuine.headers, urlencode(changed).encode()))
