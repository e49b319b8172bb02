"""Messages with an unknown outcome: ask the provider where it can tell, else staff sees them."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.app import App
from bot.delivery import sending, template_list
from bot.delivery.sending import Outcome, Verdict
from bot.logs import logger
from channels.abilities import Reconciler
from channels.base import Receipt
from channels.errors import SendError
from crm_store import asking, clock, lookups
from crm_store.messages import Claimed
from crm_store.session import Session, now

log = logger("reconcile")
CLOCKS = timedelta(seconds=5)
"""How far a provider's clock may be behind ours."""
AT_ONCE = 50
WORTH_ASKING = timedelta(days=3)
"""What no provider could tell by then is left to a person."""
RARER = 0.1
"""One is asked about again after this share of the time it has been unknown for."""
PATIENCE = asking.LEASE.total_seconds() * 0.8
"""Seconds a provider may take: what it says later, another worker may have asked meanwhile."""


@dataclass(frozen=True, slots=True)
class Page:
    """The next unknown messages of these channels, from behind id `after`."""

    channels: tuple[str, ...]
    after: int


@dataclass(frozen=True, slots=True)
class Question:
    """About a message whose last attempt had ended `age` ago, if it is ours to ask."""

    message: Claimed
    age: timedelta


class Reconciliation:
    """What one worker asks, each message less and less often; runs in one event loop.

    All workers share, in the store, who asks about a message and when it is asked about again.
    """

    def __init__(self, app: App, *, clock: Callable[[Session], datetime] = clock.shared) -> None:
        self._app = app
        self._clock = clock
        channels: Mapping[str, object] = app.channels
        self._able = {name: one for name, one in channels.items() if isinstance(one, Reconciler)}
        self._after = 0

    async def ask(self) -> int:
        """Settle what the providers can settle; how many messages that was.

        A slow provider keeps only its own messages waiting. Those that cannot be settled stand in
        nobody's way: each call looks at those behind the last call's, then from the beginning.
        """
        if not self._able:
            return 0
        found = await self._app.work.do(self._unknown, Page(tuple(self._able), self._after))
        self._after = found[-1].id if len(found) == AT_ONCE else 0
        settled = sum(await asyncio.gather(*map(self._ask_one_by_one, _by_channel(found).values())))
        if settled:
            self._app.wake.sends()
        return settled

    async def _ask_one_by_one(self, unknown: Sequence[Claimed]) -> int:
        return sum([await self._ask(message) for message in unknown])

    async def _ask(self, message: Claimed) -> bool:
        age = await self._app.work.do(self._begin, message.id)
        if age is None:
            return False
        question = Question(message, age)
        outcome = await _answer(self._app, self._able[message.channel], question)
        if outcome is None or await _taken(self._app, outcome):
            await self._app.work.do(self._end, question)
            return False
        recorded = await self._app.work.do(sending.record, [outcome])
        await template_list.heed_early(self._app, recorded.early)
        return True

    def _unknown(self, session: Session, pages: Sequence[Page]) -> list[list[Claimed]]:
        at = self._clock(session)
        since = at - WORTH_ASKING
        return [
            asking.due(session, AT_ONCE, one.channels, after=one.after, since=since, at=at)
            for one in pages
        ]

    def _begin(self, session: Session, ids: Sequence[int]) -> list[timedelta | None]:
        return [asking.begin(session, one, at=self._clock(session)) for one in ids]

    def _end(self, session: Session, asked: Sequence[Question]) -> list[None]:
        for one in asked:
            at = self._clock(session)
            asking.end(session, one.message.id, again=RARER * one.age, at=at)
        return [None for _ in asked]


def _by_channel(unknown: Sequence[Claimed]) -> Mapping[str, Sequence[Claimed]]:
    found: dict[str, list[Claimed]] = {}
    for message in unknown:
        found.setdefault(message.channel, []).append(message)
    return found


async def _answer(app: App, channel: Reconciler, question: Question) -> Outcome | None:
    """Sent, or provably not sent and so queued again; None if the provider cannot tell now."""
    message = question.message
    asked = sending.outbound_message(message, app.settings)
    asked = replace(asked, tried_at=now() - question.age)
    try:
        async with asyncio.timeout(PATIENCE):
            receipt = await channel.reconcile(asked, _tried_at(message) - CLOCKS)
    except (SendError, TimeoutError) as error:
        log.warning("cannot tell yet", message_id=message.id, error=str(error) or "no answer")
        return None
    return _verdict(message, receipt)


def _tried_at(message: Claimed) -> datetime:
    """Not before this was it tried; an older message of the same words is another one."""
    return max(message.created_at, message.not_before)


async def _taken(app: App, outcome: Outcome) -> bool:
    """Whether the provider's id is known as another message's: then nothing is settled."""
    if outcome.verdict != Verdict.SENT:
        return False
    key = (outcome.message.channel, outcome.provider_id)
    owner = await app.work.do(_owners, key)
    return owner is not None and owner != outcome.message.id


def _owners(session: Session, keys: Sequence[tuple[str, str]]) -> list[int | None]:
    found = [lookups.outbound_message(session, *key) for key in keys]
    return [message.id if message else None for message in found]


def _verdict(message: Claimed, receipt: Receipt | None) -> Outcome:
    if receipt is None:
        return Outcome(message, Verdict.RETRY, not_before=now(), error="provably not sent")
    return sending.sent(message, receipt)
