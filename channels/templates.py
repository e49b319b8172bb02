"""Messages a provider keeps and approves: what a template is, its states, and filling it in."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from channels.errors import Refused

PLACEHOLDER = re.compile(r"\{\{\s*([A-Za-z0-9_.\-]{1,16})\s*\}\}")
_SPACES = re.compile(r" {5,}|[\t\r\n]")
LONGEST_VALUE = 1600
LONGEST_TEMPLATE = 1024


class TemplateState(StrEnum):
    """What WhatsApp thinks of a template; only an approved one may open a conversation."""

    APPROVED = "approved"
    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"  # too many people disliked it; WhatsApp may allow it again
    DISABLED = "disabled"
    UNSUBMITTED = "unsubmitted"


@dataclass(frozen=True, slots=True)
class ChannelTemplate:
    """A message template kept at the provider. `variables` are the names a sender must give
    values for; `samples` are the author's examples of such values, for people to see."""

    provider_id: str
    name: str
    language: str
    body: str
    variables: tuple[str, ...] = ()
    kind: str = "text"
    """The provider's own word, such as "twilio/text" or "twilio/quick-reply"."""
    state: TemplateState = TemplateState.UNSUBMITTED
    category: str | None = None
    reason: str | None = None
    """Why it was rejected, paused or disabled."""
    samples: Mapping[str, str] = field(default_factory=dict)

    @property
    def approved(self) -> bool:
        """Whether it may open a conversation on WhatsApp."""
        return self.state == TemplateState.APPROVED

    @property
    def marketing(self) -> bool:
        """Whether WhatsApp counts it as advertising, which needs the recipient's consent."""
        return (self.category or "").upper() == "MARKETING"

    @property
    def for_codes(self) -> bool:
        """Whether it carries a one-time code and nothing else: WhatsApp writes the words."""
        return (self.category or "").upper() == "AUTHENTICATION" and len(self.variables) == 1

    def speaks(self, language: str | None) -> bool:
        """Whether it is in this language; "id" and "id_ID" are the same."""
        return self.language.lower()[:2] == (language or "").lower()[:2]

    def missing(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """The variables that have no value yet."""
        return tuple(name for name in self.variables if not values.get(name, "").strip())

    def fill(self, values: Mapping[str, str]) -> str:
        """The text the customer will read. Raises Refused if a value is missing or not allowed.

        A provider would put the template's sample in the place of a missing value, so an
        incomplete message never leaves the house.
        """
        missing = self.missing(values)
        if missing:
            raise Refused(f"template {self.name} needs a value for: {', '.join(missing)}")
        bad = [name for name in self.variables if self.approved and not allowed(values[name])]
        if bad:
            raise Refused(
                f"template {self.name}: WhatsApp takes no line breaks, tabs, runs of more than"
                f" 4 spaces or more than {LONGEST_VALUE} characters in: {', '.join(bad)}",
                code="63013",
            )
        text = PLACEHOLDER.sub(lambda match: values.get(match[1], match[0]), self.body)
        if self.approved and len(text) > LONGEST_TEMPLATE:
            raise Refused(
                f"template {self.name} is longer than {LONGEST_TEMPLATE} characters when filled in",
                code="63021",
            )
        return text

    def pieces(self) -> Sequence[tuple[str, str]]:
        """The body cut at its placeholders: (text before, variable), the last without one."""
        found, at = [], 0
        for match in PLACEHOLDER.finditer(self.body):
            found.append((self.body[at : match.start()], match[1]))
            at = match.end()
        return (*found, (self.body[at:], ""))


def allowed(value: str) -> bool:
    """Whether WhatsApp takes this as a variable's value."""
    return len(value) <= LONGEST_VALUE and not _SPACES.search(value)
