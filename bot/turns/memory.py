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
SLOT = 600
"""An hour's messages are counted in slots of ten minutes, so that the count stays short."""
SLOTS = 6
TOGETHER = 10.0
"""Seconds within which pictures sent one after the other belong together."""

Pair = tuple[str, str]
_to_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


@dataclass(frozen=True, slots=True)
class Memory:
    """`buttons` are (title, payload) of the last turns, newest last; `pace` the turns' times.

    `hour` holds (slot, messages); `files` the last file's album and when it came. Of the message
    heard last: `echoed` if it says again what was said within the minute, `goes_on` if it only
    brings more files of those just sent.
    """

    engine: Any = None
    buttons: tuple[tuple[Pair, ...], ...] = ()
    pace: tuple[float, ...] = ()
    said: str = ""
    times: int = 0
    hour: tuple[tuple[int, int], ...] = ()
    files: tuple[str, float] = ("", 0.0)
    echoed: bool = False
    goes_on: bool = False

    def payload(self, pressed: str | None, text: str) -> str | None:
        """The payload we issued that this message answers; typed text is never a command.

        A pressed button counts if we showed it lately; a number or a title only if it answers
        the last thing we said.
        """
        if pressed is not None:
            shown = (payload for pairs in self.buttons for _, payload in pairs)
            return pressed if pressed in shown else None
        return _chosen(self.buttons[-1] if self.buttons else (), text.strip())

    def heard(self, text: str, at: float, *, files: str | None = None) -> "Memory":
        """Note one message of the customer, for the loop breaker.

        `files` is the album of the files it brings, "" if they have none. An album counts once,
        however many messages it comes in.
        """
        words = text.strip()[:200]
        kept = self.files if files is None else (files, at)
        if not words and files is not None and self._continues(files, at):
            return replace(self, files=kept, goes_on=True, echoed=False)
        again = words == self.said and len(words) > SHORT
        recent = tuple(one for one in self.pace if at - one < MINUTE)
        return replace(
            self,
            pace=(*recent, at),
            said=words,
            times=self.times + 1 if again else 1,
            hour=_counted(self.hour, int(at // SLOT)),
            files=kept,
            echoed=again and bool(recent),
            goes_on=False,
        )

    def looping(self, *, turns: int, repeats: int) -> bool:
        """Whether this looks like two programs talking to each other."""
        return len(self.pace) > turns or self.times >= repeats

    @property
    def within_an_hour(self) -> int:
        """How many messages were heard in the last fifty to sixty minutes."""
        return sum(count for _, count in self.hour)

    def answered(self, engine: Any, buttons: Sequence[Pair]) -> "Memory":
        """Note the engine's new state and what was shown."""
        shown = (*self.buttons, tuple(buttons))[-SHOWN:]
        return replace(self, engine=engine, buttons=shown)

    def rested(self) -> "Memory":
        """Start the loop breaker's count anew."""
        return replace(self, pace=(), said="", times=0, hour=(), echoed=False)

    def dump(self) -> str:
        """As text for the store."""
        parts = [self.engine, self.buttons, self.pace, self.said, self.times, self.hour, self.files]
        return _to_json(parts)

    def _continues(self, album: str, at: float) -> bool:
        before, since = self.files
        return album == before and (bool(album) or at - since < TOGETHER)


def load(text: str | None) -> Memory:
    """The memory kept as text; an empty one for a new conversation."""
    if not text:
        return Memory()
    engine, buttons, pace, said, times, *later = json.loads(text)
    shown = tuple(tuple((pair[0], pair[1]) for pair in pairs) for pairs in buttons)
    if not later:  # as it was kept before files and hours were counted
        return Memory(engine, shown, tuple(pace), said, times)
    hour, (album, since) = later
    counts = tuple((slot, count) for slot, count in hour)
    return Memory(engine, shown, tuple(pace), said, times, counts, (album, since))


def _counted(hour: Sequence[tuple[int, int]], slot: int) -> tuple[tuple[int, int], ...]:
    """One message more in this slot; slots older than an hour are left out."""
    recent = [(one, count) for one, count in hour if slot - one < SLOTS]
    if recent and recent[-1][0] == slot:
        return (*recent[:-1], (slot, recent[-1][1] + 1))
    return (*recent, (slot, 1))


def _chosen(pairs: Sequence[Pair], text: str) -> str | None:
    if not pairs or len(text) > 80:
        return None
    if text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= len(pairs):
        return pairs[int(text) - 1][1]
    words = text.casefold()
    return next((payload for title, payload in pairs if title.casefold() == words), None)
