"""Passwords: argon2id hashes, and the time one check takes even for an unknown email."""

from functools import cache

from pwdlib import PasswordHash

from crm_store.models import Staff

_hasher = PasswordHash.recommended()


def hash_password(password: str) -> str:
    """An argon2id hash with its own salt, for `staff.add`."""
    return _hasher.hash(password)


def fits(staff: Staff | None, password: str) -> bool:
    """Whether it is this person's password. Takes as long for somebody unknown."""
    known = staff.password_hash if staff and staff.active else None
    right = _hasher.verify(password, known or _nobodys())
    return right and known is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's password")
