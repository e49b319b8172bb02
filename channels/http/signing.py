"""The one header both sides sign with: `X-Akrab-Signature: t=<unix seconds>,v1=<hex>`.

`v1` is HMAC-SHA256 of `<t>.<raw body>` under the shared secret; a request without a body signs
its query string in the body's place.
"""

import hmac
import re
import time
from collections.abc import Iterable
from hashlib import sha256

from pydantic import SecretStr

from channels.base import WebhookRequest
from channels.errors import InvalidSignature

HEADER = "x-akrab-signature"
_SIGNATURE = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def signature(secret: SecretStr, content: bytes, *, at: float | None = None) -> str:
    """The header's value for a body (or a query) sent at Unix time `at` (now if left out)."""
    seconds = str(int(time.time() if at is None else at))
    return f"t={seconds},v1={_mac(secret, seconds, content)}"


def verify(request: WebhookRequest, secrets: Iterable[SecretStr], *, window_seconds: int) -> None:
    """Raises InvalidSignature unless one of the secrets signed this body within the window."""
    found = _SIGNATURE.fullmatch(request.headers.get(HEADER, "")[:100])
    if found is None:
        raise InvalidSignature("no X-Akrab-Signature of the form t=<seconds>,v1=<hex>")
    if abs(time.time() - int(found[1])) > window_seconds:
        raise InvalidSignature("the signature is too old, or the clocks differ")
    good = False
    for secret in secrets:
        good |= hmac.compare_digest(_mac(secret, found[1], request.body), found[2])
    if not good:
        raise InvalidSignature("another secret signed this, or another body")


def _mac(secret: SecretStr, seconds: str, content: bytes) -> str:
    signed = b"%s.%s" % (seconds.encode(), content)
    return hmac.new(secret.get_secret_value().encode(), signed, sha256).hexdigest()
