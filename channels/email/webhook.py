"""The webhook's key: a shared secret or a MAC over the body, and what it accepts."""

import hmac
from collections.abc import Sequence

from channels.base import WebhookRequest
from channels.email import mime
from channels.errors import InvalidSignature, MalformedRequest

SECRET_HEADER = "x-akrab-secret"  # noqa: S105 - the name of a header
SIGNATURE_HEADER = "x-akrab-signature"
_PREFIX = "sha256="
_TYPES = ("", "message/rfc822", "message/global", "application/octet-stream", "text/plain")


def authenticate(request: WebhookRequest, secrets: Sequence[str]) -> None:
    """Raises InvalidSignature unless the secret, or a MAC of the body made with it, is given.

    `X-Akrab-Signature: sha256=<hex HMAC-SHA256 of the raw body>` keeps the secret off the wire;
    a replay is harmless, the same mail is stored once.
    """
    given = request.headers.get(SECRET_HEADER, "").encode(errors="replace")
    signature = request.headers.get(SIGNATURE_HEADER, "").encode(errors="replace")
    passed = False
    for secret in secrets:
        key = secret.encode()
        made = f"{_PREFIX}{hmac.new(key, request.body, 'sha256').hexdigest()}".encode()
        # No short cut: the time taken must not tell which one came near.
        passed |= hmac.compare_digest(given, key) & bool(key)
        passed |= hmac.compare_digest(signature, made) & bool(key)
    if not passed:
        raise InvalidSignature


def mail_in(request: WebhookRequest) -> bytes:
    """The raw mail in a request's body. Raises MalformedRequest if there is none."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if content_type not in _TYPES:
        raise MalformedRequest(f"post the raw mail as message/rfc822, not {content_type[:60]}")
    if not any(name in _COMMON for name, _ in mime.parse(request.body).headers):
        raise MalformedRequest("the body is no mail: it has none of the header fields of one")
    return request.body


_COMMON = frozenset(
    "from to date subject message-id received return-path mime-version content-type".split()
)
