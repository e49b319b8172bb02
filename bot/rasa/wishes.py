"""What actions ask of the product, as JSON: it waits in the store until the turn is over."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from actions.context import CodeWanted, ContactWanted, PersonWanted, Request
from crm_store import action_runs
from crm_store.session import Session

_KINDS: dict[str, type[Request]] = {
    "person": PersonWanted,
    "contact": ContactWanted,
    "code": CodeWanted,
}


def taken(session: Session, message_id: int) -> list[Request]:
    """What the actions of a message have asked for, in order; given once."""
    return [load(one) for one in action_runs.take_requests(session, message_id)]


def dump(request: Request) -> dict[str, Any]:
    kind = next(name for name, one in _KINDS.items() if isinstance(request, one))
    return {"kind": kind, **{f"with_{key}": value for key, value in asdict(request).items()}}


def load(stored: Mapping[str, Any]) -> Request:
    values = {key[5:]: value for key, value in stored.items() if key.startswith("with_")}
    return _KINDS[stored["kind"]](**values)
