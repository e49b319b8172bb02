"""Messages with an unknown outcome: ask the provider where it can tell, else staff sees them."""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.app import App
from bot.delivery import sending
from bot.delivery.sending import Outcome, Verdict
from bot.logs import logger
from channels.abilities import Reconciler
from channels.base import Receipt
from channels.errors import SendError
from crm_store import lookups, messages
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


@dataclass(frozen=True, slots=True)
class Page:
    """The next unknown messages of these channels, from behind id `after`."""

    channels: tuple[str, ...]
    after: int


class Reconciliation:
    """What one worker asks, each message less and less often; runs in one event loop."""

    def __init__(self, app: App, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._app = app
        self._clock = clock
        channels: Mapping[str, object] = app.channels
        self._able = {name: one for name, one in channels.items() if isinstance(one, Reconciler)}
        self._after = 0
        self._asked: dict[int, float] = {}

    async def ask(self) -> int:
        """Settle what the providers can settle; how many messages that was.

        A slow provider keeps only its own messages waiting. Those that cannot be settled stand in
        nobody's way: each call looks at those behind the last call's, then from the beginning.
        """
        if not self._able:
            return 0
        page = Page(tuple(self._able), self._after)
        found = await self._app.work.do(_unknown, page)
        if not self._after:
            self._forget()
        self._after = found[-1].id if len(found) == AT_ONCE else 0
        due = [message for message in found if self._is_due(message)]
        settled = sum(await asyncio.gather(*map(self._ask_one_by_one, _by_channel(due).values())))
        if settled:
            self._app.wake.sends()
        return settled

    async def _ask_one_by_one(self, unknown: Sequence[Claimed]) -> int:
        return sum([await self._ask(message) for message in unknown])

    async def _ask(self, message: Claimed) -> bool:
        self._asked[message.id] = self._clock()
        outcome = await _answer(self._app, self._able[message.channel], message)
        if outcome is None or await _taken(self._app, outcome):
            return False
        await self._app.work.do(sending.record, [outcome])
        return True

    def _is_due(self, message: Claimed) -> bool:
        since = self._clock() - self._asked.get(message.id, 0.0)
        age = (now() - _tried_at(message)).total_seconds()
        return message.id not in self._asked or since >= RARER * age

    def _forget(self) -> None:
        """Of what is no longer unknown: nothing is asked about for longer than `WORTH_ASKING`."""
        old = self._clock() - WORTH_ASKING.total_seconds()
        self._asked = {one: at for one, at in self._asked.items() if at > old}


def _by_channel(unknown: Sequence[Claimed]) -> Mapping[str, Sequence[Claimed]]:
    found: dict[str, list[Claimed]] = {}
    for message in unknown:
        found.setdefault(message.channel, []).append(message)
    return found


def _unknown(session: Session, pages: Sequence[Page]) -> list[list[Claimed]]:
    since = now() - WORTH_ASKING
    return [
        messages.unknown(session, AT_ONCE, channels=one.channels, after=one.after, since=since)
        for one in pages
    ]


async def _answer(app: App, channel: Reconciler, message: Claimed) -> Outcome | None:
    """Sent, or provably not sent and so queued again; None if the provider cannot tell now."""
    try:
        receipt = await channel.reconcile(
            sending.outbound_message(message, app.settings), _tried_at(message) - CLOCKS
        )
    except SendError as error:
        log.warning("cannot tell yet", message_id=message.id, error=str(error))
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
