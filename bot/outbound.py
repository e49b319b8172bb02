"""From the queue to the provider: claim (committed), send (no transaction), record the outcome.

A process that dies in between leaves `sending`, which is swept to `unknown` once its lease is
over: reconciled with the provider where it can tell, else shown to staff. Never silently resent.
"""

import asyncio
import random
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot import metrics
from bot.app import App
from bot.delivery import claiming, sending, stopping, template_list
from bot.delivery.claiming import ClaimTask, Settlement, claim_tasks, settle
from bot.delivery.pacing import Later, Pace
from bot.delivery.sending import Outcome, Verdict
from bot.delivery.stopping import PAUSE
from bot.logs import logger
from channels.base import Channel, ChannelKind, Receipt
from channels.errors import RateLimited, SendError, SenderStopped, UnknownOutcome
from crm_store.messages import Claimed
from crm_store.session import Duplicate, now

log = logger("outbound")
FIRST_DELAY = 2.0
LONGEST_DELAY = 900.0
AFTER_ERROR = 1.0


class Outbound:
    """Sends what is queued, many at once; runs in one event loop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = app.settings.worker
        self._pace = Pace(app)
        self._under_way: set[asyncio.Task[None]] = set()
        self._outcomes: list[Outcome] = []
        self._recording = False
        self._recorder: asyncio.Task[None] | None = None
        self._ending = False

    @property
    def idle(self) -> bool:
        """Nothing is being sent or recorded."""
        return not self._under_way and not self._outcomes and not self._recording

    def next_claim(self) -> ClaimTask:
        """As many messages as may be started now; none once it is coming to an end."""
        room = 0 if self._ending else self._worker.sends_at_once - len(self._under_way)
        return ClaimTask(max(0, room), self._worker.lease)

    async def send_waiting(self) -> bool:
        """Claim what is due and start sending it; whether more may be waiting."""
        task = self.next_claim()
        if not task.limit:
            return False
        claimed = await self._app.work.do(claim_tasks, task)
        self.start(claimed, task)
        return len(claimed) == task.limit

    def start(self, claimed: Sequence[Claimed], task: ClaimTask) -> None:
        """Start sending messages that `task` claimed."""
        for message in claimed:
            self._begin(self._deliver(message, task))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        job = asyncio.create_task(work)
        self._under_way.add(job)
        job.add_done_callback(self._under_way.discard)
        return job

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way, at most so long; the rest is cut off and becomes unknown.

        What is known by then must still be written, if the store takes it within as long again.
        """
        self._ending = True
        await self._wait(seconds)
        for job in self._under_way - {self._recorder}:
            job.cancel()
        await self._wait(seconds)
        left = tuple(self._under_way)
        for job in left:
            job.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        if self._outcomes:
            lost = [one.message.id for one in self._outcomes]
            log.error("outcomes not recorded, the store is away", message_ids=lost)

    async def _wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while self._under_way and (left := end - time.monotonic()) > 0:
            await asyncio.wait(tuple(self._under_way), timeout=left)

    async def _deliver(self, message: Claimed, task: ClaimTask) -> None:
        channel = self._app.channels.get(message.channel)
        refusal = sending.refusal(message, configured=channel is not None)
        if channel is None or refusal is not None:
            self._note(refusal or Outcome(message, Verdict.FAILED, error="channel is gone"))
            return
        later = await self._pace.later(channel, message, task)
        if later is not None:
            self._note(_back(message, later))
            return
        outcome = await self._send(channel, message)
        self._note(outcome)
        told = template_list.told(channel, message.content, outcome.code, outcome.error)
        if told is not None:
            await self._app.work.do(template_list.learn, told)

    async def _send(self, channel: Channel, message: Claimed) -> Outcome:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(claiming.send_seconds(self._worker.lease)):
                receipt = await channel.send(sending.outbound_message(message, self._app.settings))
        except SendError as error:
            return self._outcome_of(message, error)
        except TimeoutError:
            return self._outcome_of(message, UnknownOutcome("no answer in time"))
        except asyncio.CancelledError:
            return self._outcome_of(message, UnknownOutcome("stopped while sending"))
        except Exception as error:
            log.error("channel broke", message_id=message.id, exc_info=error)
            return self._outcome_of(message, UnknownOutcome(repr(error)))
        metrics.SEND_SECONDS.labels(channel.name).observe(time.perf_counter() - started)
        return _sent(message, receipt)

    def _outcome_of(self, message: Claimed, error: SendError) -> Outcome:
        attempts = message.attempts + 1
        age = now() - message.created_at
        delay = backoff(attempts)
        slow_down = isinstance(error, RateLimited | SenderStopped)
        if isinstance(error, RateLimited):
            delay = patience(error.retry_after, age)
        elif isinstance(error, SenderStopped):
            self._pace.stop(message)
            stopping.alert(stopping.sender_of(message), str(error))
            delay = patience(PAUSE, timedelta())
        too_old = age > timedelta(hours=self._worker.send_hours)
        # Mail is retried for hours (RFC 5321 4.5.4.1): only its age ends that.
        hurried = message.kind != ChannelKind.EMAIL
        tried_enough = hurried and attempts >= self._worker.send_attempts
        given_up = too_old or (tried_enough and not slow_down)
        later = now() + timedelta(seconds=delay)
        outcome = sending.outcome_of(message, error, later=None if given_up else later)
        outcome = replace(outcome, untried=slow_down)
        log.warning(
            "not sent",
            message_id=message.id,
            channel=message.channel,
            verdict=outcome.verdict.value,
            code=error.code,
            error=str(error),
        )
        return outcome

    def _note(self, outcome: Outcome) -> None:
        """Outcomes of one tick of the event loop are recorded together."""
        self._outcomes.append(outcome)
        metrics.SENDS.labels(outcome.message.channel, outcome.verdict.value).inc()
        if outcome.verdict == Verdict.RETRY and outcome.not_before:
            delay = (outcome.not_before - now()).total_seconds()
            asyncio.get_running_loop().call_later(max(0.0, delay), self._app.wake.sends)
        if not self._recording:
            self._recording = True
            self._recorder = self._begin(self._record())

    async def _record(self) -> None:
        """Record what has come back. Should the store fail, outcomes are kept and tried again:
        what was sent must not count as unknown because a disk was full for a moment."""
        try:
            while self._outcomes:
                outcomes, self._outcomes = self._outcomes, []
                left = await self._settle(outcomes)
                if left:
                    self._outcomes = left + self._outcomes
                    await asyncio.sleep(AFTER_ERROR)
        finally:
            self._recording = False

    async def _settle(self, outcomes: list[Outcome]) -> list[Outcome]:
        """Record outcomes and begin what waited behind them; gives what could not be recorded."""
        then = self.next_claim()
        try:
            settled = await self._app.work.do(settle, Settlement(outcomes, then))
        except Exception as error:  # noqa: BLE001 - the worker's loop; it is logged there
            return await self._apart(outcomes, error)
        self._app.feed.publish(*settled.recorded.topics)
        if settled.recorded.early:
            self._begin(template_list.heed_early(self._app, settled.recorded.early))
        self.start(settled.claimed, then)
        if len(settled.claimed) == then.limit:
            self._app.wake.sends()  # there may be more, and by now more room
        return []

    async def _apart(self, outcomes: list[Outcome], error: Exception) -> list[Outcome]:
        """The store may be away, or one of them is what it cannot take: let the others go on."""
        if len(outcomes) > 1:
            return [left for one in outcomes for left in await self._settle([one])]
        [one] = outcomes
        log.error("outcome not recorded", message_id=one.message.id, exc_info=error)
        return _put_right(one) if isinstance(error, Duplicate) else [one]


def _put_right(one: Outcome) -> list[Outcome]:
    """What the store refuses it refuses for ever. A provider that gives two messages one id leaves
    the second one's outcome unknown."""
    if one.verdict != Verdict.SENT:
        return []  # the sweep finds it once its lease is over
    said = "the provider's id for it is another message's"
    return [Outcome(one.message, Verdict.UNKNOWN, error=said)]


def _back(message: Claimed, later: Later) -> Outcome:
    """Into the queue again, untried."""
    at = now() + timedelta(seconds=later.seconds)
    return Outcome(message, Verdict.RETRY, not_before=at, error=later.why, untried=True)


def backoff(attempts: int, spread: Callable[[float, float], float] = random.uniform) -> float:
    """Seconds to the next try: doubling, capped, spread so that they do not march in step."""
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** (attempts - 1))
    return delay * spread(0.75, 1.25)


def patience(
    asked: timedelta, age: timedelta, spread: Callable[[float, float], float] = random.uniform
) -> float:
    """Seconds to wait when told to slow down: as asked, longer the longer this has gone on.

    Being told so is no attempt: the provider has not looked at the message.
    """
    grown = min(LONGEST_DELAY, age.total_seconds() / 10)
    return max(asked.total_seconds(), grown) + spread(0, 0.5)


def _sent(message: Claimed, receipt: Receipt) -> Outcome:
    metrics.ANSWER_SECONDS.observe(max(0.0, (now() - message.created_at).total_seconds()))
    return sending.sent(message, receipt)
