"""What the product keeps with a conversation's dialogue state: buttons shown, pace of talk.

The store keeps one JSON text per conversation; the engine's own state is one part of it.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

SHOWN = 3
"""Turns whose buttons still work when pressed."""
SHORT = 12
"""Characters up to which repeating oneself ("ya", "1", "lanjut") is normal."""
MINUTE = 60.0

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Memory:
    """`buttons` are (title, payload) of the last turns, newest last; `pace` the turns' times."""

    engine: Any = None
    buttons: tuple[tuple[Pair, ...], ...] = ()
    pace: tuple[float, ...] = ()
    said: str = ""
    times: int = 0

    def payload(self, pressed: str | None, text: str) -> str | None:
        """The payload we issued that this message answers; typed text is never a command.

        A pressed button counts if we showed it lately; a number or a title only if it answers
        the last thing we said.
        """
        if pressed is not None:
            shown = (payload for pairs in self.buttons for _, payload in pairs)
            return pressed if pressed in shown else None
        return _chosen(self.buttons[-1] if self.buttons else (), text.strip())

    def heard(self, text: str, at: float) -> "Memory":
        """Note one message of the customer, for the loop breaker."""
        words = text.strip()[:200]
        again = words == self.said and len(words) > SHORT
        recent = tuple(one for one in self.pace if at - one < MINUTE)
        return replace(self, pace=(*recent, at), said=words, times=self.times + 1 if again else 1)

    def looping(self, *, turns: int, repeats: int) -> bool:
        """Whether this looks like two programs talking to each other."""
        return len(self.pace) > turns or self.times >= repeats

    def answered(self, engine: Any, buttons: Sequence[Pair]) -> "Memory":
        """Note the engine's new state and what was shown."""
        shown = (*self.buttons, tuple(buttons))[-SHOWN:]
        return replace(self, engine=engine, buttons=shown)

    def rested(self) -> "Memory":
        """Start the loop breaker's count anew."""
        return replace(self, pace=(), said="", times=0)

    def dump(self) -> str:
        """As text for the store."""
        parts = [self.engine, self.buttons, self.pace, self.said, self.times]
        return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def load(text: str | None) -> Memory:
    """The memory kept as text; an empty one for a new conversation."""
    if not text:
        return Memory()
    engine, buttons, pace, said, times = json.loads(text)
    shown = tuple(tuple((pair[0], pair[1]) for pair in pairs) for pairs in buttons)
    return Memory(engine, shown, tuple(pace), said, times)


def _chosen(pairs: Sequence[Pair], text: str) -> str | None:
    if not pairs or len(text) > 80:
        return None
    if text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= len(pairs):
        return pairs[int(text) - 1][1]
    words = text.casefold()
    return next((payload for title, payload in pairs if title.casefold() == words), None)
