"""Whether a webhook comes from Twilio (its signature) and is about our account."""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qs, urlsplit

from channels.base import WebhookRequest
from channels.errors import InvalidSignature, MalformedRequest
from channels.twilio.fields import FORM, JSON, Fields, media_type, read

HEADER = "x-twilio-signature"


def verify(request: WebhookRequest, tokens: Sequence[str], account_sid: str) -> None:
    """Raises InvalidSignature unless one of the tokens signed this request for this account.

    The signature is over the public URL, so it fails if `web.public_url` is not the address
    Twilio was told. It has no time in it: repeats are caught by MessageSid.
    """
    signature = request.headers.get(HEADER, "")
    if not signature:
        raise InvalidSignature("no X-Twilio-Signature header")
    try:
        params = _signed_params(request)
        urls = _spellings(request.url)
        signed = any(_signed_by(token, url, params, signature) for token in tokens for url in urls)
        account = read(request).get("AccountSid")
    except (ValueError, TypeError, MalformedRequest) as error:
        raise InvalidSignature("the request cannot be what Twilio signed") from error
    if not signed:
        raise InvalidSignature(
            "the signature does not match: check auth_token, and that web.public_url is the"
            " address Twilio calls"
        )
    if account and account != account_sid:
        raise InvalidSignature("the request is about another Twilio account")


def _spellings(url: str) -> tuple[str, ...]:
    """The URL, and as Twilio's signer may have read it: an apostrophe in the query is escaped on
    one side only (its Node library allows for the same)."""
    address, mark, query = url.partition("?")
    changed = (query.replace("%27", "'"), query.replace("'", "%27"))
    return tuple(dict.fromkeys((url, *(f"{address}{mark}{each}" for each in changed))))


def _signed_by(token: str, url: str, params: Fields, signature: str) -> bool:
    # Loaded at first use: start-up stays light where no Twilio channel is configured.
    from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]

    validator = RequestValidator(token)
    if validator.validate(url, params, signature):
        return True
    # The library cuts the port off at the first colon, which breaks IPv6 hosts and user names
    # in the URL; the URL as it is must count too.
    exact: str = validator.compute_signature(url, params)
    return hmac.compare_digest(exact.encode(), signature.encode("utf-8", "replace"))


def _signed_params(request: WebhookRequest) -> Fields:
    """What Twilio adds to the URL before signing: the form; nothing for GET and JSON.

    A body that the signature does not cover is refused, whatever its type.
    """
    if request.method.upper() == "GET" or not request.body:
        return Fields([])
    kind = media_type(request)
    if kind == FORM:
        return read(request)
    if kind == JSON and hmac.compare_digest(
        sha256(request.body).hexdigest().encode(), _promised_hash(request.url)
    ):
        return Fields([])
    raise InvalidSignature(f"the signature does not cover a body of type {kind[:80]!r}")


def _promised_hash(url: str) -> bytes:
    values = parse_qs(urlsplit(url).query).get("bodySHA256", [""])
    return values[0].lower().encode("utf-8", "replace")
