"""Links that connect another address to an account: used once, fifteen minutes, only hashed."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import update

from crm_store.models import AccountLink
from crm_store.session import Session, now

LIFE = timedelta(minutes=15)
TOKEN_BYTES = 24
"""192 random bits: 32 characters of [A-Za-z0-9_-]; Telegram's deep links take 64 of these."""


def issue(session: Session, customer_id: int, *, at: datetime | None = None) -> str:
    """A new token for one customer; earlier ones no longer count."""
    at = at or now()
    void = update(AccountLink).where(
        AccountLink.customer_id == customer_id,
        AccountLink.used_at.is_(None),
        AccountLink.expires_at > at,
    )
    session.execute(void.values(expires_at=at))
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = AccountLink(
        customer_id=customer_id, digest=_digest(token), created_at=at, expires_at=at + LIFE
    )
    session.add(link)
    session.flush()
    return token


def redeem(session: Session, token: str, *, at: datetime | None = None) -> int | None:
    """The customer a token was made for, once and in time; None for every other token.

    Of several who bring it at once one gets it.
    """
    at = at or now()
    statement = (
        update(AccountLink)
        .where(
            AccountLink.digest == _digest(token),
            AccountLink.used_at.is_(None),
            AccountLink.expires_at > at,
        )
        .values(used_at=at)
        .returning(AccountLink.customer_id)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first()


def _digest(token: str) -> bytes:
    # No salt and no slow hash: the token is as random as a key.
    return hashlib.sha256(token.encode(errors="replace")).digest()
