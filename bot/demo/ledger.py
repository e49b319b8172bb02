"""Two years of points for one card, played forward: earn, redeem, expire."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

VALID_FOR = timedelta(days=365)


@dataclass(slots=True)
class Lot:
    """Points earned by `entry` (an index into the card's entries)."""

    entry: int
    points: int
    remaining: int
    earned_at: datetime

    @property
    def expires_at(self) -> datetime:
        return self.earned_at + VALID_FOR


@dataclass(frozen=True, slots=True)
class Entry:
    kind: str
    points: int
    at: datetime
    reason: str
    ref: str | None = None


@dataclass(slots=True)
class Card:
    """A card's books; `allocations` are (entry index, lot index, signed points)."""

    entries: list[Entry] = field(default_factory=list)
    lots: list[Lot] = field(default_factory=list)
    allocations: list[tuple[int, int, int]] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(lot.remaining for lot in self.lots)

    def earn(self, points: int, at: datetime, reason: str, ref: str | None) -> None:
        self.lots.append(Lot(len(self.entries), points, points, at))
        self.allocations.append((len(self.entries), len(self.lots) - 1, points))
        self.entries.append(Entry("earn", points, at, reason, ref))

    def spend(self, points: int, at: datetime, reason: str, ref: str | None) -> bool:
        """Take from the lots that expire soonest; False if there is not enough."""
        self.expire(at)
        if self.balance < points:
            return False
        self._take(points, at, "spend", reason, ref, self._open_lots())
        return True

    def expire(self, at: datetime) -> None:
        """Post every expiry due before `at`, each at its own time."""
        for index in self._open_lots():
            lot = self.lots[index]
            if lot.expires_at <= at:
                reason = "Poin kedaluwarsa"
                self._take(lot.remaining, lot.expires_at, "expire", reason, None, [index])

    def _open_lots(self) -> list[int]:
        open_lots = [index for index, lot in enumerate(self.lots) if lot.remaining]
        return sorted(open_lots, key=lambda index: self.lots[index].expires_at)

    def _take(
        self,
        points: int,
        at: datetime,
        kind: str,
        reason: str,
        ref: str | None,
        lots: Iterable[int],
    ) -> None:
        left = points
        for index in lots:
            part = min(left, self.lots[index].remaining)
            if not part:
                break
            self.lots[index].remaining -= part
            self.allocations.append((len(self.entries), index, -part))
            left -= part
        self.entries.append(Entry(kind, -points, at, reason, ref))
