"""What must be true after a story, compared with what is."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.stories.playing import Heard, Player
from bot.stories.reading import Story, StoryError
from bot.stories.steps import Step
from bot.stories.wanted import lacking
from crm_store import complaints, consents, customers, loyalty
from crm_store.models import Complaint, Customer, Identity
from crm_store.session import Session


@dataclass(frozen=True, slots=True)
class Outcome:
    """A story that has been played, and the store as it left it."""

    session: Session
    player: Player
    heard: Sequence[Heard]

    @property
    def customer_id(self) -> int:
        return self.session.get_one(Identity, self.player.identity_id).customer_id

    @property
    def customer(self) -> Customer:
        return customers.get(self.session, self.customer_id)

    @property
    def complaint(self) -> Complaint:
        """The newest. Raises IndexError if there is none."""
        return complaints.of_customer(self.session, self.customer_id)[0]

    @property
    def text(self) -> str:
        return "\n".join(text for one in self.heard for _, text in one.replies)


def check(stories: Iterable[Story]) -> None:
    """Raise StoryError if a story expects what there is not, before minutes have passed."""
    for story in stories:
        for key in story.expect:
            _look(key, story)


def surprises(player: Player, heard: Sequence[Heard]) -> list[str]:
    """Everything that is not as the story says; empty if all is well. Raises StoryError."""
    found: list[str] = []
    for step, one in zip(player.story.steps, heard, strict=True):
        found += _turn(step, one)
    with player.db.reading() as session:
        outcome = Outcome(session, player, heard)
        for key, wanted in player.story.expect.items():
            found += _fact(key, wanted, outcome)
    return found


def _turn(step: Step, heard: Heard) -> list[str]:
    if heard.error:
        return [f"{step.text!r}: {heard.error}"]
    found: list[str] = []
    if step.actions is not None and heard.actions != step.actions:
        did = f"did {list(heard.actions)} on intent {heard.intent}"
        found.append(f"{did}, expected {list(step.actions)} on {step.intent}")
    found += lacking(step.wanted, heard.replies, heard.actions, heard.slots, heard.active_loop)
    return [f"{step.text!r}: {one}" for one in found]


def _fact(key: str, wanted: Any, outcome: Outcome) -> list[str]:
    try:
        got = _look(key, outcome.player.story)(outcome)
    except IndexError:
        return [f"{key}: there is no complaint, expected {wanted}"]
    if key == "replies_contain":
        return [f"no reply says {one!r}" for one in wanted if one not in got]
    if key == "replies_lack":
        return [f"a reply says {one!r}" for one in wanted if one in got]
    if key == "slots":
        # those named; what else a form has set is its own business
        got = {name: got.get(name) for name in wanted}
    return [] if wanted == got else [f"{key}: {got}, expected {wanted}"]


def _look(key: str, story: Story) -> Callable[[Outcome], Any]:
    look = EXPECTATIONS.get(key)
    if look is None:
        known = ", ".join(EXPECTATIONS)
        raise StoryError(f"{story.place}: unknown expectation {key}; known: {known}")
    return look


def _balance(outcome: Outcome) -> int:
    member = loyalty.member_of(outcome.session, outcome.customer_id)
    at = datetime.now(UTC) + timedelta(hours=1)
    return loyalty.balance(outcome.session, member.id, at) if member else 0


def _marketing(outcome: Outcome) -> bool | None:
    known = consents.current(outcome.session, outcome.customer_id)
    return known.get((consents.MARKETING, consents.ALL))


EXPECTATIONS: dict[str, Callable[[Outcome], Any]] = {
    "replies_contain": lambda it: it.text,
    "replies_lack": lambda it: it.text,
    "complaints": lambda it: len(complaints.of_customer(it.session, it.customer_id)),
    "open_complaints": lambda it: len(complaints.open_of(it.session, it.customer_id)),
    "category": lambda it: it.complaint.category,
    "product": lambda it: it.complaint.product,
    "wish": lambda it: it.complaint.wish,
    "severity": lambda it: str(it.complaint.severity),
    "notes": lambda it: len(complaints.notes(it.session, it.complaint.id)),
    "members": lambda it: int(loyalty.member_of(it.session, it.customer_id) is not None),
    "balance": _balance,
    "owner": lambda it: "queue" if it.player.asked_for_person else "bot",
    "asked_contact": lambda it: it.player.asked_contact(),
    "codes_sent": lambda it: len(it.player.sent_elsewhere()),
    "marketing": _marketing,
    "consents": lambda it: len(consents.of_customer(it.session, it.customer_id)),
    "name": lambda it: it.customer.name,
    "language": lambda it: it.customer.language,
    "preferred_channel": lambda it: it.customer.preferred_channel,
    "active_loop": lambda it: it.heard[-1].active_loop,
    "slots": lambda it: dict(it.heard[-1].slots),
}
