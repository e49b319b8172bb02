"""Plays conversation tests: the embedded engine, our actions, a real SQLite store.

A test is a story of Rasa's test format; its `metadata` says who writes, what the store holds
before, and what must be true afterwards. docs of the keys: nlu/assistant/tests/README.md.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from actions import registry
from actions.context import CodeWanted, Company, ContactWanted, PersonWanted, TurnContext, running
from crm_store import (
    complaints,
    consents,
    conversations,
    customers,
    identities,
    loyalty,
    messages,
    purchases,
)
from crm_store.models import Conversation, Identity
from crm_store.session import Session
from nlu.embedded.engine import EmbeddedEngine
from nlu.types import ActionCall, ActionRejected, ActionResult, Reply, TurnInput, TurnResult

FOLDER = Path(__file__).parents[2] / "nlu" / "assistant" / "tests"
ADDRESSES = {
    "whatsapp": "+6281200000001",
    "sms": "+6281200000001",
    "telegram": "7001",
    "email": "ana@mail.example",
    "web": "visitor-1",
}
OTHER_PHONE = "+6281200000099"
NOW = datetime.now(UTC).replace(microsecond=0)


@dataclass(frozen=True)
class Step:
    """What the customer says, and what the assistant must do before it listens again."""

    text: str
    intent: str
    actions: tuple[str, ...]


@dataclass(frozen=True)
class Story:
    """One conversation test."""

    name: str
    file: str
    steps: tuple[Step, ...]
    metadata: Mapping[str, Any]


@dataclass
class Played:
    """What came of a story."""

    intents: list[str] = field(default_factory=list)
    actions: list[tuple[str, ...]] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    requests: list[Any] = field(default_factory=list)
    slots: Mapping[str, Any] = field(default_factory=dict)
    loops: list[str | None] = field(default_factory=list)
    active_loop: str | None = None
    customer_id: int = 0

    @property
    def text(self) -> str:
        return "\n".join(reply.text for reply in self.replies)


def stories() -> list[Story]:
    """Every conversation test of the assistant."""
    return [story for path in sorted(FOLDER.glob("test_*.yml")) for story in _read(path)]


def _read(path: Path) -> Iterator[Story]:
    for raw in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["stories"]:
        yield Story(raw["story"], path.name, tuple(_steps(raw)), raw.get("metadata") or {})


def _steps(raw: Mapping[str, Any]) -> Iterator[Step]:
    current: Step | None = None
    for step in raw["steps"]:
        if "user" in step:
            if current:
                yield current
            current = Step(str(step["user"]).strip(), step["intent"], ())
        elif "action" in step and current:
            current = replace(current, actions=(*current.actions, step["action"]))
    if current:
        yield current


@dataclass
class Chat:
    """One customer on one channel, talking to the assistant."""

    engine: EmbeddedEngine | None
    session: Session
    identity: Identity
    conversation: Conversation
    language: str = "id"
    company: Company = field(default_factory=lambda: Company(welcome_points=50))
    state: Any = None
    at: datetime = NOW
    buttons: dict[str, str] = field(default_factory=dict)
    played: Played = field(default_factory=Played)
    count: int = 0

    def say(self, text: str) -> TurnResult:
        """One message of the customer and all that follows."""
        self.count += 1
        self.at += timedelta(seconds=20)
        inbound = messages.Inbound(f"{self.identity.id}-{self.count}", text, raw=b"{}")
        message = messages.record_inbound(self.session, self.conversation, inbound)
        assert message is not None
        turn = self._turn(text, message.id)
        with running(self._context(text, message.id)) as wanted:
            assert self.engine is not None
            result = self.engine.reply(turn, run_action)
        self._keep(result, wanted)
        return result

    def _turn(self, text: str, message_id: int) -> TurnInput:
        customer = customers.get(self.session, self.identity.customer_id)
        member = loyalty.member_of(self.session, customer.id)
        return TurnInput(
            conversation_id=str(self.conversation.id),
            message_id=str(message_id),
            text=text,
            now=self.at,
            channel=self.identity.kind,
            payload=self.buttons.get(text),
            language=self.language,
            slots={
                "language": self.language,
                "channel": self.identity.kind,
                "verified": self.identity.verified,
                "customer_name": customer.name,
                "known": customer.name is not None,
                "member": member is not None,
            },
            state=self.state,
        )

    def _context(self, text: str, message_id: int) -> TurnContext:
        return TurnContext(
            session=self.session,
            customer_id=self.identity.customer_id,
            identity_id=self.identity.id,
            conversation_id=self.conversation.id,
            message_id=message_id,
            channel=self.conversation.channel,
            kind=self.identity.kind,
            text=text,
            verified=self.identity.verified,
            language=self.language,
            now=self.at,
            company=self.company,
        )

    def _keep(self, result: TurnResult, wanted: list[Any]) -> None:
        self.state = result.state
        self.language = str(result.slots.get("language") or self.language)
        self.session.refresh(self.identity)
        self.buttons = {
            button.title: button.payload for reply in result.replies for button in reply.buttons
        }
        played = self.played
        played.intents.append(result.understanding.intent.name)
        played.actions.append(tuple(a for a in result.actions if a not in SILENT))
        played.replies += result.replies
        played.requests += wanted
        played.loops.append(result.active_loop)
        played.slots, played.active_loop = result.slots, result.active_loop
        played.customer_id = self.identity.customer_id

    def code(self) -> str:
        """The one-time code that was sent somewhere last."""
        sent = [one for one in self.played.requests if isinstance(one, CodeWanted)]
        return "".join(c for c in sent[-1].text.partition(":")[2][:8] if c.isdigit())


SILENT = ("action_listen", "action_session_start")


def run_action(call: ActionCall) -> ActionResult:
    """As the product runs actions."""
    request = {"next_action": call.name, "tracker": call.tracker, "domain": call.domain}
    try:
        answer = registry.run(request)
    except registry.Rejected as refusal:
        raise ActionRejected(str(refusal)) from refusal
    return ActionResult(answer["events"], answer["responses"])


def play(story: Story, engine: EmbeddedEngine, session: Session) -> Played:
    """Set the stage and say every line; `{code}` in a line is the one-time code sent last."""
    chat = chat_of(story.metadata, engine, session)
    for step in story.steps:
        text = step.text.replace("{code}", chat.code() if "{code}" in step.text else "")
        chat.say(text)
    return chat.played


def chat_of(setup: Mapping[str, Any], engine: EmbeddedEngine | None, session: Session) -> Chat:
    """The customer, channel and belongings a test's metadata describes."""
    kind = setup.get("channel", "whatsapp")
    verified = setup.get("verified", True)
    phone = ADDRESSES["whatsapp"] if verified and kind != "email" else None
    identity = identities.resolve(
        session,
        kind=kind,
        address=ADDRESSES[kind],
        phone=phone,
        name=setup.get("name", "Ana"),
        verified_by="channel" if verified else None,
        language=setup.get("language", "id"),
    )
    conversation = conversations.for_identity(session, identity, f"demo-{kind}")
    given = setup.get("given") or {}
    _give(session, identity.customer_id, given)
    if "other" in given:
        other = identities.resolve(
            session,
            kind="whatsapp",
            address=OTHER_PHONE,
            phone=OTHER_PHONE,
            name="Budi",
            verified_by="channel",
        )
        _give(session, other.customer_id, given["other"])
    return Chat(engine, session, identity, conversation, setup.get("language", "id"))


def _give(session: Session, customer_id: int, given: Mapping[str, Any]) -> None:
    if "member" in given:
        _give_card(session, customer_id, given["member"] or {})
    for order in given.get("orders", ()):
        purchases.record(
            session,
            customer_id,
            number=order["number"],
            lines=[purchases.Line("Kulkas 2 pintu", 3_249_000)],
            status=order.get("status", "paid"),
            shipping=purchases.Shipping(
                order.get("courier"), order.get("tracking"), NOW + timedelta(days=2)
            ),
            at=NOW - timedelta(days=3),
        )
    for complaint in given.get("complaints", ()):
        complaints.open(
            session,
            customer_id=customer_id,
            category=complaint.get("category", "damaged"),
            product=complaint.get("product", "kulkas"),
            description=complaint.get("description", "tidak dingin"),
        )


def _give_card(session: Session, customer_id: int, card: Mapping[str, Any]) -> None:
    member, _ = loyalty.enrol(session, customer_id, source="store")
    if "number" in card:
        member.card_number = card["number"]
        session.flush()
    for index, points in enumerate(_lots(card)):
        loyalty.earn(
            session,
            member.id,
            points,
            key=f"given:{member.id}:{index}",
            reason="purchase",
            expires_at=NOW + timedelta(days=30 + 200 * index),
            at=NOW - timedelta(days=10),
        )


def _lots(card: Mapping[str, Any]) -> list[int]:
    points = card.get("points", 0)
    return list(points) if isinstance(points, list) else [points] if points else []


def surprises(story: Story, played: Played, session: Session) -> list[str]:
    """Everything that is not as the story says; empty if all is well."""
    found: list[str] = []
    for step, intent, done in zip(story.steps, played.intents, played.actions, strict=True):
        if done != step.actions:
            what = f"did {done} on intent {intent}, expected {step.actions}"
            found.append(f"{step.text!r}: {what} on {step.intent}")
    for key, wanted in (story.metadata.get("expect") or {}).items():
        found += _compare(key, wanted, EXPECTATIONS[key](played, session))
    return found


def _compare(key: str, wanted: Any, got: Any) -> list[str]:
    if key == "replies_contain":
        return [f"no reply says {one!r}" for one in wanted if one not in got]
    if key == "replies_lack":
        return [f"a reply says {one!r}" for one in wanted if one in got]
    return [] if wanted == got else [f"{key}: {got}, expected {wanted}"]


def _balance(played: Played, session: Session) -> int:
    member = loyalty.member_of(session, played.customer_id)
    return loyalty.balance(session, member.id, NOW + timedelta(hours=1)) if member else 0


def _owner(played: Played, session: Session) -> str:
    return "queue" if any(isinstance(r, PersonWanted) for r in played.requests) else "bot"


def _of_complaint(field_name: str) -> Callable[[Played, Session], Any]:
    """A field of the newest complaint."""

    def look(played: Played, session: Session) -> Any:
        found = complaints.of_customer(session, played.customer_id)
        return getattr(found[0], field_name) if found else "no complaint"

    return look


def _notes(played: Played, session: Session) -> int:
    found = complaints.of_customer(session, played.customer_id)
    return sum(len(complaints.notes(session, complaint.id)) for complaint in found)


EXPECTATIONS: dict[str, Callable[[Played, Session], Any]] = {
    "replies_contain": lambda played, session: played.text,
    "replies_lack": lambda played, session: played.text,
    "complaints": lambda played, session: len(complaints.of_customer(session, played.customer_id)),
    "open_complaints": lambda played, session: len(complaints.open_of(session, played.customer_id)),
    "category": _of_complaint("category"),
    "product": _of_complaint("product"),
    "wish": _of_complaint("wish"),
    "severity": _of_complaint("severity"),
    "notes": _notes,
    "members": lambda played, session: int(
        loyalty.member_of(session, played.customer_id) is not None
    ),
    "balance": _balance,
    "owner": _owner,
    "asked_contact": lambda played, session: any(
        isinstance(request, ContactWanted) for request in played.requests
    ),
    "codes_sent": lambda played, session: sum(
        isinstance(request, CodeWanted) for request in played.requests
    ),
    "marketing": lambda played, session: consents.current(session, played.customer_id).get(
        ("marketing", "*")
    ),
    "consents": lambda played, session: len(consents.of_customer(session, played.customer_id)),
    "name": lambda played, session: customers.get(session, played.customer_id).name,
    "language": lambda played, session: customers.get(session, played.customer_id).language,
    "preferred_channel": lambda played, session: (
        customers.get(session, played.customer_id).preferred_channel
    ),
    "active_loop": lambda played, session: played.active_loop,
    "slots": lambda played, session: dict(played.slots),
}
