"""Content templates: the list at Twilio with WhatsApp's approval states, and filling them in."""

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from channels.errors import Refused
from channels.templates import PLACEHOLDER, ChannelTemplate, TemplateState

log = logging.getLogger(__name__)
FRESH_SECONDS = 600.0
AGAIN_SECONDS = 30.0
_STATES: Mapping[str, TemplateState] = {
    **{state.value: state for state in TemplateState},
    "received": TemplateState.PENDING,
}
AUTHENTICATION = "whatsapp/authentication"
"""Its words are WhatsApp's own, so its one variable, the code, stands nowhere in the content."""
_TOLD: Mapping[str, TemplateState] = {
    "63040": TemplateState.REJECTED,
    "63041": TemplateState.PAUSED,
    "63042": TemplateState.DISABLED,
}


def state_told(code: str | None) -> TemplateState | None:
    """The state of the template that a failed send's error code tells of."""
    return _TOLD.get(code or "")


def content_variables(template: ChannelTemplate, values: Mapping[str, str]) -> str:
    """The JSON of `ContentVariables`: the template's own variables and no others."""
    return json.dumps({name: values[name] for name in template.variables}, ensure_ascii=False)


class Catalogue:
    """The account's templates, fetched when they are needed and kept for ten minutes."""

    def __init__(self, fetch: Callable[[], Awaitable[Sequence[ChannelTemplate]]]) -> None:
        self._fetch = fetch
        self._templates: tuple[ChannelTemplate, ...] = ()
        self._at: float | None = None
        self._coming: asyncio.Task[tuple[ChannelTemplate, ...]] | None = None

    async def all(self) -> tuple[ChannelTemplate, ...]:
        """Every template, freshly fetched."""
        self._templates = tuple(await self._fetch())
        self._at = time.monotonic()
        return self._templates

    def forget(self) -> None:
        """Fetch again before the next use: Twilio said a template's state changed."""
        self._at = None

    async def find(self, name: str, language: str) -> ChannelTemplate:
        """The template with this SID or name, in the customer's language where there are several.

        Raises Refused if the account has none, Unreachable if Twilio cannot be asked.
        """
        await self._fresher_than(FRESH_SECONDS)
        if not self._named(name):
            await self._fresher_than(AGAIN_SECONDS)
        candidates = self._named(name)
        if not candidates:
            raise Refused(f"no content template {name!r} in the Twilio account")
        return max(candidates, key=lambda each: (each.speaks(language), each.approved))

    async def _fresher_than(self, seconds: float) -> None:
        """What is sent at the same time shares one list, whoever of it is cancelled."""
        if self._at is not None and time.monotonic() - self._at <= seconds:
            return
        loop = asyncio.get_running_loop()
        if self._coming is None or self._coming.done() or self._coming.get_loop() is not loop:
            self._coming = loop.create_task(self.all())
            self._coming.add_done_callback(_noticed)
        await asyncio.shield(self._coming)

    def _named(self, name: str) -> list[ChannelTemplate]:
        return [each for each in self._templates if name in (each.provider_id, each.name)]


def _noticed(fetching: "asyncio.Task[tuple[ChannelTemplate, ...]]") -> None:
    """Should it fail when nobody waits any more, nothing is said of that."""
    if not fetching.cancelled():
        fetching.exception()


def from_resource(resource: Any) -> ChannelTemplate:
    """Read one element of Twilio's ContentAndApprovals list; odd parts become empty."""
    types = resource.types if isinstance(resource.types, dict) else {}
    kind = AUTHENTICATION if AUTHENTICATION in types else next(iter(types), "")
    approval = _approval(resource.approval_requests)
    return ChannelTemplate(
        provider_id=str(resource.sid or ""),
        name=str(resource.friendly_name or resource.sid or ""),
        language=str(resource.language or ""),
        kind=str(kind),
        body="{{1}}" if kind == AUTHENTICATION else _body(types.get(kind)),
        variables=("1",) if kind == AUTHENTICATION else _variables(types),
        state=_state(str(approval.get("status") or "unsubmitted")),
        category=str(approval.get("category") or "") or None,
        reason=str(approval.get("rejection_reason") or "") or None,
        samples=_samples(resource.variables),
    )


def _state(word: str) -> TemplateState:
    state = _STATES.get(word.lower())
    if state is None:
        log.warning("unknown template state %s", word[:30])
        return TemplateState.PENDING
    return state


def _approval(value: Any) -> Mapping[str, Any]:
    """The states come flat, under "whatsapp", or as a list, depending on the resource."""
    if isinstance(value, list):
        value = next(iter(value), None)
    if isinstance(value, dict) and isinstance(value.get("whatsapp"), dict):
        value = value["whatsapp"]
    return value if isinstance(value, dict) else {}


def _body(content: Any) -> str:
    if not isinstance(content, dict):
        return ""
    return str(content.get("body") or content.get("title") or "")


def _variables(types: Mapping[str, Any]) -> tuple[str, ...]:
    """Every placeholder anywhere in the content: text, media URLs, button titles and ids."""
    found = PLACEHOLDER.findall(json.dumps(types, ensure_ascii=False))
    return tuple(sorted(set(found), key=lambda name: (len(name), name)))


def _samples(value: Any) -> Mapping[str, str]:
    """The author's example for each variable, which Twilio would send for a missing value."""
    if not isinstance(value, dict):
        return {}
    return {str(name): str(sample) for name, sample in value.items()}
