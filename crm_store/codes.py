"""One-time codes: six digits, ten minutes, five tries, only a salted hash kept."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from crm_store.models import OneTimeCode
from crm_store.session import Session, now

LIFE = timedelta(minutes=10)
ATTEMPTS = 5


def issue(
    session: Session,
    customer_id: int,
    identity_id: int,
    purpose: str,
    payload: Mapping[str, Any] | None = None,
    *,
    at: datetime | None = None,
) -> str:
    """A new code for `purpose`, asked for from `identity_id`; earlier ones no longer count."""
    at = at or now()
    _void(session, customer_id, purpose, at)
    code, salt = f"{secrets.randbelow(10**6):06d}", secrets.token_bytes(16)
    session.add(
        OneTimeCode(
            customer_id=customer_id,
            identity_id=identity_id,
            purpose=purpose,
            salt=salt,
            digest=_digest(code, salt),
            payload=dict(payload or {}),
            created_at=at,
            expires_at=at + LIFE,
        )
    )
    session.flush()
    return code


def check(
    session: Session,
    customer_id: int,
    purpose: str,
    code: str,
    *,
    identity_id: int | None = None,
    at: datetime | None = None,
) -> dict[str, Any] | None:
    """The payload if `code` is right, in time, tried at most five times and not used before.

    With `identity_id` it must have been asked for from there. A wrong try counts: commit it.
    """
    at = at or now()
    row = session.scalars(_live(customer_id, purpose, at).with_for_update()).first()
    if row is None or row.attempts >= ATTEMPTS:
        return None
    row.attempts += 1
    right = hmac.compare_digest(_digest(code.strip(), row.salt), row.digest)
    if right and identity_id in (None, row.identity_id):
        row.used_at = at
    session.flush()
    return dict(row.payload) if row.used_at is not None else None


def pending(
    session: Session, customer_id: int, purpose: str, *, at: datetime | None = None
) -> bool:
    """Whether a code is out that could still be right."""
    row = session.scalars(_live(customer_id, purpose, at or now())).first()
    return row is not None and row.attempts < ATTEMPTS


def _live(customer_id: int, purpose: str, at: datetime) -> Any:
    return (
        select(OneTimeCode)
        .where(
            OneTimeCode.customer_id == customer_id,
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > at,
        )
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _void(session: Session, customer_id: int, purpose: str, at: datetime) -> None:
    statement = update(OneTimeCode).where(
        OneTimeCode.customer_id == customer_id,
        OneTimeCode.purpose == purpose,
        OneTimeCode.used_at.is_(None),
        OneTimeCode.expires_at > at,
    )
    session.execute(statement.values(expires_at=at))


def _digest(code: str, salt: bytes) -> bytes:
    # One million codes are tried in a second by any hash; the limits above are the protection.
    return hashlib.blake2b(code.encode(errors="replace"), key=salt, digest_size=32).digest()
