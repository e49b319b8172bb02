"""Staff, their sign-in sessions and the limit on failed sign-ins."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select

from crm_store.models import LoginAttempt, Staff, StaffSession
from crm_store.models.kinds import StaffRole
from crm_store.session import Session, now

LIFE = timedelta(hours=12)
WINDOW = timedelta(minutes=15)
TRIES = 5


def add(
    session: Session,
    *,
    email: str,
    name: str,
    role: StaffRole = StaffRole.SERVICE,
    team: str | None = None,
    password_hash: str | None = None,
) -> Staff:
    """Add a member of staff; the hash is made by the caller. Raises Duplicate."""
    staff = Staff(
        email=email.strip().lower(), name=name, role=role, team=team, password_hash=password_hash
    )
    session.add(staff)
    session.flush()
    return staff


def get(session: Session, staff_id: int) -> Staff:
    """Raises NoResultFound."""
    return session.get_one(Staff, staff_id)


def by_email(session: Session, email: str) -> Staff | None:
    """The member of staff, active or not."""
    return session.scalars(select(Staff).where(Staff.email == email.strip().lower())).one_or_none()


def active(session: Session) -> list[Staff]:
    """Everybody who works here, by name."""
    query = select(Staff).where(Staff.active.is_(True))
    return list(session.scalars(query.order_by(Staff.name, Staff.id)))


def set_password_hash(session: Session, staff: Staff, password_hash: str) -> None:
    """Change the password; every session is closed."""
    staff.password_hash = password_hash
    _close_all(session, staff.id)


def deactivate(session: Session, staff: Staff) -> None:
    """Somebody left; every session is closed."""
    staff.active = False
    _close_all(session, staff.id)


def open_session(
    session: Session, staff_id: int, *, life: timedelta = LIFE, at: datetime | None = None
) -> str:
    """Sign a browser in; gives the token for its cookie, which is kept nowhere."""
    token = secrets.token_urlsafe(32)
    at = at or now()
    session.add(
        StaffSession(
            staff_id=staff_id,
            token_hash=_hash(token),
            csrf=secrets.token_urlsafe(24),
            created_at=at,
            expires_at=at + life,
        )
    )
    session.flush()
    return token


def by_token(session: Session, token: str, *, at: datetime | None = None) -> Staff | None:
    """Who is signed in with this token, if the session is open and the person still active."""
    found = session_of(session, token, at=at)
    return None if found is None else session.get_one(Staff, found.staff_id)


def session_of(session: Session, token: str, *, at: datetime | None = None) -> StaffSession | None:
    """The open session of a token; its `csrf` is the value forms must carry."""
    query = (
        select(StaffSession)
        .join(Staff, Staff.id == StaffSession.staff_id)
        .where(
            StaffSession.token_hash == _hash(token),
            StaffSession.expires_at > (at or now()),
            Staff.active.is_(True),
        )
    )
    return session.scalars(query).one_or_none()


def close(session: Session, token: str) -> None:
    """Sign a browser out."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _hash(token)))


def record_attempt(session: Session, key: str, *, ok: bool, at: datetime | None = None) -> None:
    """Remember a try to sign in; a success forgives the failures before it."""
    at = at or now()
    if ok:
        session.execute(delete(LoginAttempt).where(LoginAttempt.key == key))
    old = delete(LoginAttempt).where(LoginAttempt.key == key, LoginAttempt.at < at - WINDOW)
    session.execute(old)
    session.add(LoginAttempt(key=key, ok=ok, at=at))
    session.flush()


def too_many(session: Session, key: str, *, tries: int = TRIES, at: datetime | None = None) -> bool:
    """Whether `key` failed `tries` times in the last 15 minutes."""
    query = select(func.count()).where(
        LoginAttempt.key == key,
        LoginAttempt.ok.is_(False),
        LoginAttempt.at > (at or now()) - WINDOW,
    )
    return session.scalars(query).one() >= tries


def _close_all(session: Session, staff_id: int) -> None:
    session.flush()
    session.execute(delete(StaffSession).where(StaffSession.staff_id == staff_id))


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="replace")).digest()
