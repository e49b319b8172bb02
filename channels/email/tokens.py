"""What only we can make: Message-IDs, reply and unsubscribe addresses (C1.4, C1.5)."""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence

_SLUG = re.compile(r"[0-9a-z]{1,20}")
_OWN_ID = re.compile(r"<akrab\.([0-9a-z]{1,20})\.([a-z2-7]{16})@([^<>\s]{1,255})>", re.IGNORECASE)
_PLUS = re.compile(r"([ru])-([0-9a-z]{1,20})-([a-z2-7]{16})", re.IGNORECASE)
REPLY = "r"
UNSUBSCRIBE = "u"


class Tokens:
    """Makes and recognises what carries a MAC of 80 bits under the channel's secrets.

    The first secret makes; all are recognised, so that a secret can be changed while answers
    to old mail still come in.
    """

    def __init__(self, secrets: Sequence[str], address: str) -> None:
        self._secrets = tuple(secrets)
        self._local, _, self._domain = address.lower().rpartition("@")

    def message_id(self, message: str) -> str:
        """The Message-ID of our message: the same at every attempt, unguessable."""
        slug = _slug(message)
        return f"<akrab.{slug}.{_mac(self._secrets[0], 'id', slug)}@{self._domain}>"

    def own(self, message_id: str) -> str | None:
        """The id as we wrote it, None if we did not make it."""
        match = _OWN_ID.fullmatch(message_id)
        if not match or match[3].lower() != self._domain:
            return None
        lower = message_id.lower()
        return lower if self._made("id", match[1].lower(), match[2].lower()) else None

    def address(self, message: str, purpose: str = REPLY) -> str:
        """Our address with a token that leads an answer to the message it answers."""
        slug = _slug(message)
        token = f"{purpose}-{slug}-{_mac(self._secrets[0], purpose, slug)}"
        return f"{self._local}+{token}@{self._domain}"

    def answered(self, address: str) -> tuple[str, str, str] | None:
        """(purpose, token, Message-ID of ours) for one of our plus addresses, else None."""
        local, _, domain = address.lower().rpartition("@")
        base, _, token = local.partition("+")
        match = _PLUS.fullmatch(token)
        if not match or domain != self._domain or base != self._local:
            return None
        purpose, slug, given = match[1], match[2], match[3]
        for secret in self._secrets:
            if hmac.compare_digest(_mac(secret, purpose, slug), given):
                mac = _mac(secret, "id", slug)
                return purpose, token, f"<akrab.{slug}.{mac}@{self._domain}>"
        return None

    def is_own_address(self, address: str) -> bool:
        """Whether it is our address, with or without something after a plus."""
        local, _, domain = address.lower().rpartition("@")
        return domain == self._domain and local.partition("+")[0] == self._local

    def _made(self, purpose: str, slug: str, given: str) -> bool:
        return any(
            hmac.compare_digest(_mac(secret, purpose, slug), given) for secret in self._secrets
        )


def _slug(message: str) -> str:
    """Our id of a message where it may stand in an address, else a short hash of it."""
    if _SLUG.fullmatch(message):
        return message
    return f"h{hashlib.sha256(message.encode(errors='replace')).hexdigest()[:19]}"


def _mac(secret: str, purpose: str, slug: str) -> str:
    data = f"akrab-email-1:{purpose}:{slug}".encode()
    return base64.b32encode(hmac.digest(secret.encode(), data, "sha256"))[:16].decode().lower()
