"""The recent past as rules see it: what Rasa keeps as applied events, bounded.

A trail holds a few turns of small entries (lists, so that they are JSON as they are):
`["a", action, view before it]`, `["u", intent, entities]`, `["s", slot, earlier value]`,
`["l", loop, earlier loop]`, `["x", rejected action]`, `["f", action to follow]`. A form that runs
again swallows the listening and the answers since it last ran, unless something else happened in
between: that is how Rasa 3.6 (`DialogueStateTracker.applied_events`) keeps forms out of its rules'
way.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from nlu.embedded import names
from nlu.embedded.domain import Features

Entry = list[Any]
KEPT_TURNS = 3
KEPT_ENTRIES = 120


class View(NamedTuple):
    """What a rule can see at one moment."""

    prev: str | None = None
    """The action before; None at the start of a conversation."""
    intent: str | None = None
    entities: tuple[str, ...] = ()
    slots: dict[str, Features] = {}  # noqa: RUF012 - never changed: each view has its own
    loop: str | None = None


class Trail:
    """Entries since the session began, the oldest forgotten."""

    __slots__ = ("base", "entities", "entries", "intent", "prev")

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self.entries: list[Entry] = []
        self.base: Entry | None = None
        """[prev, intent, entities] at the point before the oldest entry kept."""
        self.prev: str | None = None
        self.intent: str | None = None
        self.entities: tuple[str, ...] = ()

    def user(self, intent: str | None, entities: tuple[str, ...]) -> None:
        self.entries.append(["u", intent, entities])
        self.intent, self.entities = intent, entities

    def slot(self, name: str, earlier: Any) -> None:
        self.entries.append(["s", name, earlier])

    def loop(self, name: str | None, earlier: str | None) -> None:
        self.entries.append(["l", name, earlier])

    def rejected(self, action: str) -> None:
        self.entries.append(["x", action])

    def followup(self, action: str) -> None:
        self.entries.append(["f", action])

    def pending(self) -> str | None:
        """The action that is to follow, though what followed has been taken back."""
        for entry in reversed(self.entries):
            if entry[0] in ("a", "u"):
                return None
            if entry[0] == "f":
                return str(entry[1])
        return None

    def action(self, name: str, before: View, *, is_loop: bool) -> None:
        """Note an action that has run."""
        if is_loop and (index := self._earlier_run(name)) is not None:
            self._swallow(index)
            return
        self.entries.append(["a", name, before])
        self.prev = name

    def views(self, now: View) -> Iterator[View]:
        """What rules see: now, then before each action, going back in time."""
        yield now
        for entry in reversed(self.entries):
            if entry[0] == "a":
                yield entry[2]

    def rewind(self) -> list[Entry]:
        """Forget the latest message, what followed and the listening before it.

        Returns the forgotten entries, latest first, so that slots and loop can be put back.
        """
        undone = self._pop_until("u") + self._pop_until("a")
        self._look_back()
        return undone

    def undo_action(self) -> list[Entry]:
        """Forget the latest action and what followed it."""
        undone = self._pop_until("a")
        self._look_back()
        return undone

    def was_rejected(self, loop: str) -> bool:
        """Whether the loop has been rejected since it last ran or began."""
        for entry in reversed(self.entries):
            if entry[0] == "x" and entry[1] == loop:
                return True
            if entry[0] == "l" or (entry[0] == "a" and entry[1] == loop):
                return False
        return False

    def trim(self, actions: int) -> None:
        """Forget what neither a rule of `actions` actions nor going back can need."""
        cut = min(self._cut("u", KEPT_TURNS), self._cut("a", actions + 2))
        cut = max(cut, len(self.entries) - KEPT_ENTRIES)
        if cut <= 0:
            return
        prev, intent, entities = self.base or [None, None, ()]
        for entry in self.entries[:cut]:
            if entry[0] == "a":
                prev = entry[1]
            elif entry[0] == "u":
                intent, entities = entry[1], entry[2]
        self.base = [prev, intent, entities]
        del self.entries[:cut]

    def _cut(self, kind: str, keep: int) -> int:
        """The index from which the last `keep` entries of a kind are left."""
        for index in range(len(self.entries) - 1, -1, -1):
            if self.entries[index][0] == kind:
                keep -= 1
                if keep == 0:
                    # the listening before a message belongs to it
                    return max(0, index - 1)
        return 0

    def _pop_until(self, kind: str) -> list[Entry]:
        undone: list[Entry] = []
        while self.entries:
            undone.append(self.entries.pop())
            if undone[-1][0] == kind:
                break
        return undone

    def _look_back(self) -> None:
        self.prev, self.intent, self.entities = self.base or (None, None, ())
        for entry in self.entries:
            if entry[0] == "a":
                self.prev = entry[1]
            elif entry[0] == "u":
                self.intent, self.entities = entry[1], entry[2]

    def _earlier_run(self, loop: str) -> int | None:
        """Where the loop ran before, if nothing but its own questions came since."""
        later: str | None = None
        for index in range(len(self.entries) - 1, -1, -1):
            kind, name = self.entries[index][:2]
            if (kind == "l" and name is None) or (kind == "x" and name == loop):
                return None
            if kind == "u" and later not in (None, loop):
                return None
            if kind == "a":
                if name == loop:
                    return index
                later = name
        return None

    def _swallow(self, index: int) -> None:
        kept = [entry for entry in self.entries[index + 1 :] if entry[0] not in ("a", "u")]
        self.entries[index + 1 :] = kept
        self._look_back()


def to_json(trail: Trail) -> dict[str, Any]:
    found: dict[str, Any] = {"entries": trail.entries}
    if trail.base:
        found["base"] = trail.base
    return found


def from_json(stored: dict[str, Any]) -> Trail:
    trail = Trail()
    for entry in stored.get("entries", ()):
        if entry[0] == "u":
            trail.entries.append(["u", entry[1], tuple(entry[2])])
        elif entry[0] == "a":
            trail.entries.append(["a", entry[1], _view(entry[2])])
        else:
            trail.entries.append(entry)
    if base := stored.get("base"):
        trail.base = [base[0], base[1], tuple(base[2])]
    trail._look_back()
    return trail


def _view(stored: list[Any]) -> View:
    prev, intent, entities, slots, loop = stored
    features = {
        name: value if isinstance(value, str) else tuple(value) for name, value in slots.items()
    }
    return View(prev, intent, tuple(entities), features, loop)


def is_listening(prev: str | None) -> bool:
    return prev == names.LISTEN
