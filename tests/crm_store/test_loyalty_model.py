"""No order of earning, spending, expiring and reversing makes a balance wrong.

The ledger is played against a model simple enough to be believed: a list of lots.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crm_store import loyalty
from crm_store.session import Session
from tests.crm_store.playing import forgotten
from tests.crm_store_cast import arrive

START = datetime(2026, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

POINTS = st.integers(1, 50)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("earn"), POINTS, st.one_of(st.none(), st.integers(1, 20))),
        st.tuples(st.just("spend"), POINTS),
        st.tuples(st.just("reverse"), st.integers(0, 30)),
        st.tuples(st.just("repeat"), st.integers(0, 30)),
        st.tuples(st.just("wait"), st.integers(1, 10)),
        st.tuples(st.just("expire")),
    ),
    max_size=30,
)


@dataclass
class Lot:
    """What the model knows of points earned together; `left` falls and rises."""

    points: int
    left: int
    expires: int | None
    number: int


@dataclass
class Move:
    """One posted entry: which lots it touched, and how to ask for it again."""

    entry_id: int
    again: tuple
    spread: list[tuple[Lot, int]]
    reversed: bool = False


@dataclass
class Model:
    """Plays every step on the ledger and on its own lots."""

    session: Session
    card: int
    day: int = 0
    lots: list[Lot] = field(default_factory=list)
    moves: list[Move] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return START + self.day * DAY

    def alive(self, lot: Lot) -> bool:
        return lot.expires is None or lot.expires > self.day

    @property
    def balance(self) -> int:
        return sum(lot.left for lot in self.lots if self.alive(lot))

    def post(self, what: str, points: int, key: str, expires: int | None = None) -> int:
        arguments = {"key": key, "reason": what, "at": self.now}
        if what == "spend":
            return loyalty.spend(self.session, self.card, points, **arguments).id
        arguments["expires_at"] = None if expires is None else START + expires * DAY
        return loyalty.earn(self.session, self.card, points, **arguments).id

    def earn(self, points: int, days: int | None) -> None:
        expires = None if days is None else self.day + days
        again = ("earn", points, f"k{len(self.moves)}", expires)
        lot = Lot(points, points, expires, len(self.lots))
        self.lots.append(lot)
        self.moves.append(Move(self.post(*again), again, [(lot, points)]))

    def spend(self, points: int) -> None:
        again = ("spend", points, f"k{len(self.moves)}")
        if points > self.balance:
            with pytest.raises(loyalty.InsufficientPoints):
                self.post(*again)
            return
        entry_id, spread = self.post(*again), []
        for lot in sorted(filter(self.alive, self.lots), key=soonest):
            taken = min(points, lot.left)
            lot.left -= taken
            points -= taken
            spread.append((lot, -taken))
        self.moves.append(Move(entry_id, again, spread))

    def reverse(self, index: int) -> None:
        if not self.moves:
            return
        move = self.moves[index % len(self.moves)]
        refusal = self.refusal(move)
        arguments = {"key": f"r{index}-{self.day}-{move.entry_id}", "reason": "x", "at": self.now}
        if refusal is not None:
            with pytest.raises(refusal):
                loyalty.reverse(self.session, move.entry_id, **{**arguments, "key": "refused"})
            return
        loyalty.reverse(self.session, move.entry_id, **arguments)
        move.reversed = True
        for lot, points in move.spread:
            lot.left -= points
        self.expire(post=False)

    def refusal(self, move: Move) -> type[Exception] | None:
        if move.reversed:
            return loyalty.AlreadyReversed
        if any(lot.left < points for lot, points in move.spread):
            return loyalty.AlreadySpent
        return None

    def repeat(self, index: int) -> None:
        if self.moves:
            move = self.moves[index % len(self.moves)]
            assert self.post(*move.again) == move.entry_id

    def wait(self, days: int) -> None:
        self.day += days

    def expire(self, *, post: bool = True) -> None:
        if post:
            loyalty.expire_due(self.session, self.now)
        for lot in self.lots:
            if not self.alive(lot):
                lot.left = 0


def soonest(lot: Lot) -> tuple[bool, int, int]:
    return (lot.expires is None, lot.expires or 0, lot.number)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_ledger_agrees_with_the_model_after_every_step(db, steps):
    with forgotten(db) as session:
        card = loyalty.enrol(session, arrive(session, "+62812", "Ana").id)[0].id
        model = Model(session, card)
        for name, *arguments in steps:
            getattr(model, name)(*arguments)
            assert loyalty.balance(session, card, model.now) == model.balance >= 0
        assert loyalty.verify_ledger(session) == []
