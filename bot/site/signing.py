"""Signatures made with the installation's key: form tokens and small cookies."""

import hmac
import secrets
from hashlib import sha256


def sign(key: str, purpose: str, value: str) -> str:
    """A signature of `value`, good for one purpose only."""
    return hmac.new(key.encode(), f"{purpose}:{value}".encode(), sha256).hexdigest()


def matches(
    key: str, purpose: str, value: str, signature: str, *, length: int | None = None
) -> bool:
    """Whether `signature` (its first `length` characters) is ours, compared in constant time."""
    ours = sign(key, purpose, value)[:length]
    return hmac.compare_digest(ours.encode(), signature.encode("utf-8", "replace"))


def new_cookie(key: str, purpose: str) -> str:
    """A random id that nobody but us can make up: `<id>.<signature>`."""
    value = secrets.token_urlsafe(18)
    return f"{value}.{sign(key, purpose, value)}"


def read_cookie(key: str, purpose: str, cookie: str | None) -> str | None:
    """The id in a cookie made by `new_cookie`, None if it was not."""
    value, _, signature = (cookie or "").partition(".")
    return value if value and matches(key, purpose, value, signature) else None
