"""Playing a story: every line goes the product's own way, from inbound to queued replies."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from bot import inbound
from bot.app import build
from bot.settings import AssistantSection, CompanySection, Settings, WebSection
from bot.stories import belongings
from bot.stories.reading import Story
from bot.worker import Worker
from channels.base import ChannelKind, InboundMessage, OutboundMessage, Sender, VerifiedBy
from channels.memory import Config, MemoryChannel
from crm_store import conversations, lookups
from crm_store.models.kinds import Owner
from crm_store.session import Database
from nlu.types import ActionRunner, DialogueEngine, TurnInput, TurnResult, Understanding

KINDS = tuple(ChannelKind)
SECRET = "stories only"  # noqa: S105 - a store that lives for one story
QUIET = 1_000_000
"""More than any story says: the loop breaker is not what is tested."""


@dataclass
class Recorder:
    """The engine, with all it answers written down."""

    engine: DialogueEngine
    results: list[TurnResult] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.name, self.in_process = self.engine.name, self.engine.in_process
        self.rasa_domain = getattr(self.engine, "rasa_domain", {})

    def parse(self, text: str) -> Understanding:
        return self.engine.parse(text)

    def reply(self, given: TurnInput, run_action: ActionRunner) -> TurnResult:
        try:
            result = self.engine.reply(given, run_action)
        except Exception as error:
            self.errors.append(error)
            raise
        self.results.append(result)
        return result

    def close(self) -> None:
        """The engine serves further stories."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What came of one line. `actions` without listening and session start."""

    text: str
    intent: str = ""
    confidence: float = 0.0
    actions: tuple[str, ...] = ()
    slots: Mapping[str, Any] = field(default_factory=dict)
    active_loop: str | None = None
    replies: tuple[tuple[str | None, str], ...] = ()
    """(response, text) of each."""
    error: str | None = None


SILENT = ("action_listen", "action_session_start")


class Player:
    """One customer, one conversation, one product around a store of its own."""

    def __init__(self, story: Story, engine: DialogueEngine, db: Database) -> None:
        self.story, self.db = story, db
        self._recorder = Recorder(engine)
        self._channels = _channels()
        self.app = build(
            settings_for(in_process=engine.in_process),
            db=db,
            engine=self._recorder,
            channels=self._channels,
        )
        self._kind = ChannelKind(story.setup.get("channel", "whatsapp"))
        self._number = 0
        self.asked_for_person = False
        with db.transaction() as session:
            identity = belongings.resolve(session, story.setup)
            self.identity_id = identity.id
            belongings.give(session, identity.customer_id, story.setup, datetime.now(UTC))

    def play(self) -> tuple[Heard, ...]:
        """Say every line."""
        return tuple(self.say(step.text) for step in self.story.steps)

    def say(self, text: str) -> Heard:
        """One line, and everything until the assistant listens again."""
        recorder = self._recorder
        recorder.results.clear()
        recorder.errors.clear()
        text = text.replace("{code}", self.code()) if "{code}" in text else text
        self._hand_back()
        asyncio.run(self._exchange(text))
        self.asked_for_person |= self.owner() != Owner.BOT
        if recorder.errors or not recorder.results:
            return Heard(text, error=_reason(recorder.errors))
        return _heard(text, recorder.results[-1])

    def close(self) -> None:
        """Release the product and its store."""
        self.app.close()

    def code(self) -> str:
        """The one-time code that was sent somewhere last."""
        told = self.sent_elsewhere()[-1].text.partition(":")[2] if self.sent_elsewhere() else ""
        return "".join(sign for sign in told[:8] if sign.isdigit())

    def sent_elsewhere(self) -> list[OutboundMessage]:
        """What other addresses were sent: one-time codes."""
        own = (self._kind, belongings.ADDRESSES[self._kind])
        return [one for one in self._sent() if (one.kind, one.to) != own]

    def asked_contact(self) -> bool:
        return any(one.ask_contact for one in self._sent())

    def owner(self) -> Owner:
        with self.db.reading() as session:
            talk = lookups.conversation_at(session, self._kind, belongings.ADDRESSES[self._kind])
            return talk.owner if talk else Owner.BOT

    async def _exchange(self, text: str) -> None:
        worker = Worker(self.app)
        await inbound.accept(self.app, [self._message(text)])
        await worker.idle()

    def _message(self, text: str) -> InboundMessage:
        self._number += 1
        setup = self.story.setup
        verified = setup.get("verified", True)
        known_phone = verified and self._kind != ChannelKind.EMAIL
        sender = Sender(
            belongings.ADDRESSES[self._kind],
            name=setup.get("name", "Ana"),
            phone=belongings.ADDRESSES["whatsapp"] if known_phone else None,
            verified_by=VerifiedBy.CHANNEL if verified else None,
        )
        return InboundMessage(
            f"story-{self._kind}", self._kind, f"line-{self._number}", sender, text
        )

    def _hand_back(self) -> None:
        """A line after a hand-over is said once the person has handed back."""
        with self.db.transaction() as session:
            talk = lookups.conversation_at(session, self._kind, belongings.ADDRESSES[self._kind])
            if talk is not None and talk.owner != Owner.BOT:
                conversations.change_owner(session, talk, Owner.BOT)

    def _sent(self) -> list[OutboundMessage]:
        return [one for channel in self._channels.values() for one in channel.sent]


def _reason(errors: Sequence[Exception]) -> str:
    """What went wrong; the same at each try is told once."""
    told = dict.fromkeys(f"{type(error).__name__}: {error}" for error in errors)
    return "; ".join(told) or "the engine was not asked"


def settings_for(*, in_process: bool) -> Settings:
    """As a story's product runs: nothing configured, nobody in a hurry."""
    return Settings(
        assistant=AssistantSection(
            engine="embedded" if in_process else "rasa",
            most_turns_a_minute=QUIET,
            most_repeats=QUIET,
        ),
        company=CompanySection(welcome_points=50),
        web=WebSection(secret_key=SecretStr(SECRET)),
    )


def _channels() -> dict[str, MemoryChannel]:
    return {
        f"story-{kind}": MemoryChannel(
            f"story-{kind}", Config(kind=kind), public_url="http://localhost"
        )
        for kind in KINDS
    }


def _heard(text: str, result: TurnResult) -> Heard:
    intent = result.understanding.intent
    return Heard(
        text,
        intent.name,
        intent.confidence,
        tuple(action for action in result.actions if action not in SILENT),
        result.slots,
        result.active_loop,
        tuple((reply.name, reply.text) for reply in result.replies),
    )
