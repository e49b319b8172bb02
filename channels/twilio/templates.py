"""Content templates: the list at Twilio with WhatsApp's approval states, and filling them in."""

import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from channels.errors import Refused

_PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_.\-]{1,16})\s*\}\}")
_SPACES = re.compile(r" {5,}|[\t\r\n]")
LONGEST_VALUE = 1600
LONGEST_TEMPLATE = 1024
FRESH_SECONDS = 600.0
AGAIN_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class ContentTemplate:
    """A message template kept at Twilio, and what WhatsApp thinks of it.

    `status` is WhatsApp's: approved, pending, received, rejected, paused, disabled or
    unsubmitted. `variables` are the names a sender must give values for.
    """

    sid: str
    name: str
    language: str
    kind: str
    """Twilio's content type, such as "twilio/text" or "twilio/quick-reply"."""
    body: str
    variables: tuple[str, ...]
    status: str = "unsubmitted"
    category: str | None = None
    reason: str | None = None
    """Why WhatsApp rejected it."""

    @property
    def approved(self) -> bool:
        """Whether it may open a conversation on WhatsApp."""
        return self.status == "approved"

    def fill(self, values: Mapping[str, str]) -> str:
        """The text the customer will read. Raises Refused if a value is missing or not allowed.

        Twilio would put the template's sample in the place of a missing value, so an
        incomplete message never leaves the house.
        """
        missing = [name for name in self.variables if not values.get(name, "").strip()]
        if missing:
            raise Refused(f"template {self.name} needs a value for: {', '.join(missing)}")
        bad = [name for name in self.variables if self.approved and not _allowed(values[name])]
        if bad:
            raise Refused(
                f"template {self.name}: WhatsApp takes no line breaks, tabs, runs of more than"
                f" 4 spaces or more than {LONGEST_VALUE} characters in: {', '.join(bad)}",
                code="63013",
            )
        text = _PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), self.body)
        if self.approved and len(text) > LONGEST_TEMPLATE:
            raise Refused(
                f"template {self.name} is longer than {LONGEST_TEMPLATE} characters when filled in",
                code="63021",
            )
        return text

    def content_variables(self, values: Mapping[str, str]) -> str:
        """The JSON of `ContentVariables`: the template's own variables and no others."""
        return json.dumps({name: values[name] for name in self.variables}, ensure_ascii=False)


class Catalogue:
    """The account's templates, fetched when they are needed and kept for ten minutes."""

    def __init__(self, fetch: Callable[[], Awaitable[Sequence[ContentTemplate]]]) -> None:
        self._fetch = fetch
        self._templates: tuple[ContentTemplate, ...] = ()
        self._at: float | None = None

    async def all(self) -> tuple[ContentTemplate, ...]:
        """Every template, freshly fetched."""
        self._templates = tuple(await self._fetch())
        self._at = time.monotonic()
        return self._templates

    def forget(self) -> None:
        """Fetch again before the next use: Twilio said a template's state changed."""
        self._at = None

    async def find(self, name: str, language: str) -> ContentTemplate:
        """The template with this SID or name, in the customer's language where there are several.

        Raises Refused if the account has none, Unreachable if Twilio cannot be asked.
        """
        await self._fresher_than(FRESH_SECONDS)
        if not self._named(name):
            await self._fresher_than(AGAIN_SECONDS)
        candidates = self._named(name)
        if not candidates:
            raise Refused(f"no content template {name!r} in the Twilio account")
        return max(candidates, key=lambda each: (_speaks(each, language), each.approved))

    async def _fresher_than(self, seconds: float) -> None:
        if self._at is None or time.monotonic() - self._at > seconds:
            await self.all()

    def _named(self, name: str) -> list[ContentTemplate]:
        return [each for each in self._templates if name in (each.sid, each.name)]


def from_resource(resource: Any) -> ContentTemplate:
    """Read one element of Twilio's ContentAndApprovals list; odd parts become empty."""
    types = resource.types if isinstance(resource.types, dict) else {}
    kind = next(iter(types), "")
    approval = _approval(resource.approval_requests)
    return ContentTemplate(
        sid=str(resource.sid or ""),
        name=str(resource.friendly_name or resource.sid or ""),
        language=str(resource.language or ""),
        kind=str(kind),
        body=_body(types.get(kind)),
        variables=_variables(types),
        status=str(approval.get("status") or "unsubmitted").lower(),
        category=str(approval.get("category") or "") or None,
        reason=str(approval.get("rejection_reason") or "") or None,
    )


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
    found = _PLACEHOLDER.findall(json.dumps(types, ensure_ascii=False))
    return tuple(sorted(set(found), key=lambda name: (len(name), name)))


def _allowed(value: str) -> bool:
    return len(value) <= LONGEST_VALUE and not _SPACES.search(value)


def _speaks(template: ContentTemplate, language: str) -> bool:
    return template.language.lower()[:2] == language.lower()[:2]
