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
from bot.delivery import sending, template_list
from bot.delivery.claiming import ClaimTask, Settlement, claim_tasks, settle
from bot.delivery.pacing import Pace
from bot.delivery.sending import Outcome, Verdict
from bot.delivery.stopping import PAUSE, Stopped
from bot.logs import logger
from channels.base import Channel, ChannelKind, Receipt
from channels.errors import RateLimited, SendError, SenderStopped, UnknownOutcome
from crm_store.messages import Claimed
from crm_store.session import Duplicate, now

log = logger("outbound")
FIRST_DELAY = 2.0
LONGEST_DELAY = 900.0
SEND_SECONDS = 30.0
AFTER_ERROR = 1.0


class Outbound:
    """Sends what is queued, many at once; runs in one event loop."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._worker = app.settings.worker
        self._pace = Pace(app)
        self._stopped = Stopped()
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
        self.start(claimed)
        return len(claimed) == task.limit

    def start(self, claimed: Sequence[Claimed]) -> None:
        """Start sending messages that were claimed."""
        for message in claimed:
            self._begin(self._deliver(message))

    def _begin(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        job = asyncio.create_task(work)
        self._under_way.add(job)
        job.add_done_callback(self._under_way.discard)
        return job

    async def drain(self, seconds: float) -> None:
        """Wait for what is under way, at most so long; the rest is cut off and becomes unknown."""
        self._ending = True
        end = time.monotonic() + seconds
        while self._under_way and (left := end - time.monotonic()) > 0:
            await asyncio.wait(tuple(self._under_way), timeout=left)
        for job in self._under_way - {self._recorder}:  # what is known must still be written
            job.cancel()
        await asyncio.gather(*self._under_way, return_exceptions=True)
        while not self.idle:
            await asyncio.sleep(0.005)

    async def _deliver(self, message: Claimed) -> None:
        channel = self._app.channels.get(message.channel)
        refusal = sending.refusal(message, configured=channel is not None)
        if channel is None or refusal is not None:
            self._note(refusal or Outcome(message, Verdict.FAILED, error="channel is gone"))
            return
        wait, why = self._stopped.left(message), "the sender is stopped"
        if not wait:
            wait, why = await self._paced(channel, message), "rate"
        if wait > 0:
            later = now() + timedelta(seconds=wait)
            back = Outcome(message, Verdict.RETRY, not_before=later, error=why, untried=True)
            self._note(back)
            return
        outcome = await self._send(channel, message)
        self._note(outcome)
        told = template_list.told(channel, message.content, outcome.code, outcome.error)
        if told is not None:
            await self._app.work.do(template_list.learn, told)

    async def _paced(self, channel: Channel, message: Claimed) -> float:
        """As `Pace.wait`; whatever goes wrong, the message was not sent and goes back."""
        try:
            return await self._pace.wait(channel, message)
        except asyncio.CancelledError:
            return AFTER_ERROR
        except Exception as error:
            log.error("no rate to be had", message_id=message.id, exc_info=error)
            return AFTER_ERROR

    async def _send(self, channel: Channel, message: Claimed) -> Outcome:
        started = time.perf_counter()
        try:
            async with asyncio.timeout(min(SEND_SECONDS, self._worker.lease_seconds / 2)):
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
            self._stopped.stop(message, error)
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
                await self._settle(outcomes)
        finally:
            self._recording = False
        if len(self._under_way) >= self._worker.sends_at_once:
            self._app.wake.sends()

    async def _settle(self, outcomes: list[Outcome]) -> None:
        settlement = Settlement(outcomes, self.next_claim())
        try:
            settled = await self._app.work.do(settle, settlement)
        except Duplicate as error:
            self._outcomes = await self._set_right(outcomes, error) + self._outcomes
            return
        except Exception as error:
            log.error("outcomes not recorded yet", exc_info=error)
            self._outcomes = outcomes + self._outcomes
            await asyncio.sleep(AFTER_ERROR)
            return
        self._app.feed.publish(*settled.topics)
        self.start(settled.claimed)

    async def _set_right(self, outcomes: list[Outcome], error: Duplicate) -> list[Outcome]:
        """What the store refuses it refuses for ever: find the one that it is, and let the others
        go on. A provider that gives two messages one id leaves the second one's outcome unknown.
        """
        if len(outcomes) > 1:
            for one in outcomes:
                await self._settle([one])
            return []
        [one] = outcomes
        log.error("outcome refused by the store", message_id=one.message.id, exc_info=error)
        if one.verdict != Verdict.SENT:
            return []  # the sweep finds it once its lease is over
        said = "the provider's id for it is another message's"
        return [Outcome(one.message, Verdict.UNKNOWN, error=said)]


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
