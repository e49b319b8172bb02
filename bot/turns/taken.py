"""What a batch of turns came to."""

from collections.abc import Sequence
from dataclasses import dataclass

from crm_store.batch import Turn
from crm_store.messages import Claimed


@dataclass(frozen=True, slots=True)
class Taken:
    """What a batch of turns did, the pages that should hear, what may be sent already.

    `more`: there may be further turns to take right away.
    """

    turns: int = 0
    more: bool = False
    topics: tuple[str, ...] = ()
    claimed: tuple[Claimed, ...] = ()


def topics(turns: Sequence[Turn]) -> tuple[str, ...]:
    """The pages that show what these turns may have changed."""
    found = ["inbox"]
    for turn in turns:
        found += [f"conversation:{turn.conversation_id}", f"customer:{turn.customer_id}"]
    return tuple(found)
