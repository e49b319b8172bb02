"""The providers' message templates as we last saw them, and when that was."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, update

from crm_store import clock
from crm_store.models import StoredTemplate, TemplateList
from crm_store.models.kinds import TemplateState
from crm_store.session import Session, insert_ignore


def due(session: Session, channel: str, *, every: timedelta, at: datetime | None = None) -> bool:
    """Whether the caller should ask for the channel's list now; of several one is told so."""
    at = at or clock.shared(session)
    if insert_ignore(session, TemplateList, {"channel": channel, "asked_at": at}):
        return True
    waited = or_(TemplateList.asked_at.is_(None), TemplateList.asked_at <= at - every)
    statement = (
        update(TemplateList)
        .where(TemplateList.channel == channel, waited)
        .values(asked_at=at)
        .returning(TemplateList.channel)
        .execution_options(synchronize_session=False)
    )
    return session.scalars(statement).first() is not None


def put(
    session: Session,
    channel: str,
    templates: Sequence[Mapping[str, Any]],
    *,
    at: datetime | None = None,
) -> None:
    """The provider's whole list: what is not in it any more is forgotten.

    Each has provider_id, name, language, body, variables, samples, kind, state, category, reason.
    """
    at = at or clock.shared(session)
    ids = [template["provider_id"] for template in templates]
    gone = delete(StoredTemplate).where(
        StoredTemplate.channel == channel, StoredTemplate.provider_id.not_in(ids)
    )
    session.execute(gone, execution_options={"synchronize_session": False})
    for template in templates:
        _put_one(session, {**template, "channel": channel, "synced_at": at})
    _note(session, channel, asked_at=at, synced_at=at, error=None)


def not_come(session: Session, channel: str, error: str) -> None:
    """The provider did not give its list: the one we have stays, and is shown as old."""
    _note(session, channel, error=error[:500])


def of_channel(session: Session, channel: str) -> list[StoredTemplate]:
    """All templates of a channel by name and language."""
    query = select(StoredTemplate).where(StoredTemplate.channel == channel)
    return list(session.scalars(query.order_by(StoredTemplate.name, StoredTemplate.language)))


def find(session: Session, channel: str, template_id: int) -> StoredTemplate | None:
    """A template by our own id, if it is this channel's."""
    found = session.get(StoredTemplate, template_id)
    return found if found is not None and found.channel == channel else None


def list_of(session: Session, channel: str) -> TemplateList | None:
    """When the channel's list was asked for and came; None before the first time."""
    return session.get(TemplateList, channel)


def set_state(
    session: Session, channel: str, named: str, state: TemplateState, reason: str | None
) -> bool:
    """A failed send told a template's state; `named` is its provider's id or its name.

    The list is asked for again soon. False if we have no such template, or knew it.
    """
    statement = (
        update(StoredTemplate)
        .where(
            StoredTemplate.channel == channel,
            or_(StoredTemplate.provider_id == named, StoredTemplate.name == named),
            StoredTemplate.state != state,
        )
        .values(state=state, reason=reason)
        .returning(StoredTemplate.id)
        .execution_options(synchronize_session=False)
    )
    changed = session.scalars(statement).first() is not None
    if changed:
        _note(session, channel, asked_at=None)
    return changed


def _put_one(session: Session, values: Mapping[str, Any]) -> None:
    if insert_ignore(session, StoredTemplate, values):
        return
    statement = update(StoredTemplate).where(
        StoredTemplate.channel == values["channel"],
        StoredTemplate.provider_id == values["provider_id"],
    )
    session.execute(statement.values(**values), execution_options={"synchronize_session": False})


def _note(session: Session, channel: str, **values: Any) -> None:
    insert_ignore(session, TemplateList, {"channel": channel})
    statement = update(TemplateList).where(TemplateList.channel == channel).values(**values)
    session.execute(statement, execution_options={"synchronize_session": False})
