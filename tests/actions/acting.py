"""Runs one action by itself, as the product would, on a real store."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from actions import registry
from actions.context import Company, Request, TurnContext, running
from crm_store import messages
from tests.actions.player import NOW, Chat

ROOT = Path(__file__).parents[2]
DOMAIN: dict[str, Any] = YAML(typ="safe").load(
    (ROOT / "nlu" / "assistant" / "domain.yml").read_text(encoding="utf-8")
)


@dataclass(frozen=True)
class Acted:
    """What one action said, remembered and asked for."""

    said: tuple[str, ...]
    values: dict[str, Any]
    slots: dict[str, Any]
    opened: str | None
    requests: tuple[Request, ...]

    @property
    def words(self) -> str:
        """Every value that was put into a response."""
        return " ".join(str(value) for value in self.values.values())


@dataclass
class Scene:
    """A customer's message, on which actions can be tried, once or again."""

    chat: Chat
    text: str
    verified: bool
    message_id: int
    company: Company = field(default_factory=lambda: Company(welcome_points=50))

    def act(
        self,
        name: str,
        *,
        intent: str = "inform",
        entities: Sequence[tuple[str, Any]] = (),
        slots: dict[str, Any] | None = None,
        loop: str | None = None,
        events: Sequence[dict[str, Any]] = (),
    ) -> Acted:
        """Run an action as if this message had led to it."""
        found = [
            {"entity": entity, "value": value, "start": 0, "end": 0} for entity, value in entities
        ]
        tracker = {
            "sender_id": "1",
            "slots": {"language": "id", **(slots or {})},
            "latest_message": {
                "text": self.text,
                "intent": {"name": intent},
                "entities": found,
            },
            "events": list(events),
            "active_loop": {"name": loop} if loop else {},
        }
        call = {"next_action": name, "tracker": tracker, "domain": DOMAIN}
        with running(self._context()) as wanted:
            return _acted(registry.run(call), tuple(wanted))

    def _context(self) -> TurnContext:
        chat = self.chat
        return TurnContext(
            session=chat.session,
            customer_id=chat.identity.customer_id,
            identity_id=chat.identity.id,
            conversation_id=chat.conversation.id,
            message_id=self.message_id,
            channel=chat.conversation.channel,
            kind=chat.identity.kind,
            text=self.text,
            verified=self.verified,
            language="id",
            now=NOW,
            company=self.company,
        )


def _acted(answer: dict[str, Any], wanted: tuple[Request, ...]) -> Acted:
    responses, events = answer["responses"], answer["events"]
    plain = ("response", "buttons", "elements", "custom", "template", "attachment", "image", "text")
    values = {
        f"{each['response']}.{key}": value
        for each in responses
        for key, value in each.items()
        if key not in plain
    }
    slots = {event["name"]: event["value"] for event in events if event["event"] == "slot"}
    loops = [event["name"] for event in events if event["event"] == "active_loop"]
    said = tuple(each["response"] for each in responses)
    return Acted(said, values, slots, loops[-1] if loops else None, wanted)


def arrived(chat: Chat, text: str, provider_id: str = "m1", *, verified: bool = True) -> Scene:
    """Store a message and set the scene for what follows from it."""
    inbound = messages.Inbound(provider_id, text, raw=b"{}")
    message = messages.record_inbound(chat.session, chat.conversation, inbound)
    assert message is not None
    return Scene(chat, text, verified, message.id)


Arrive = Callable[..., Scene]
