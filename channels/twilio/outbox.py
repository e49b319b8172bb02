"""Sending through POST /Messages, and finding out afterwards what became of it."""

import asyncio
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from channels import window
from channels.base import ChannelKind, DeliveryStatus, OutboundMessage, Receipt
from channels.errors import (
    AddressDead,
    RateLimited,
    Refused,
    SendError,
    UnknownOutcome,
    Unreachable,
    WindowClosed,
)
from channels.templates import ChannelTemplate
from channels.twilio import address, compose, failures
from channels.twilio.client import PAGE, Connection, readable
from channels.twilio.compose import Step
from channels.twilio.config import Config
from channels.twilio.recall import SETTLED_SECONDS, Recall
from channels.twilio.statuses import STATUSES
from channels.twilio.templates import AUTHENTICATION, Catalogue, content_variables

log = logging.getLogger(__name__)

ORDER_SECONDS = 5.0
RETRIES_WITHIN = 3
LONGEST_PAUSE = 5.0
MOST_LISTED = 1000
_CLOCK_SLACK = timedelta(seconds=2)
_STILL_HERE = frozenset({"accepted", "scheduled", "queued", "sending"})
_TRIAL = "Sent from your Twilio trial account - "


@dataclass(frozen=True, slots=True)
class Listed:
    """One of our messages in Twilio's list."""

    sid: str
    body: str
    has_media: bool
    status: str
    created: datetime


class Outbox:
    """What leaves through one Twilio account."""

    def __init__(
        self, config: Config, connection: Connection, catalogue: Catalogue, status_url: str | None
    ) -> None:
        self._config = config
        self._connection = connection
        self._catalogue = catalogue
        self._status_url = status_url
        self._recall = Recall()

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send every part in order. Raises a SendError.

        If a later part fails, the earlier ones are with the customer: that is UnknownOutcome,
        and `reconcile` sends what is missing.
        """
        window_open = _window_open(message)
        if not window_open and message.template is None:
            raise WindowClosed
        steps = await self._steps(message, needs_approval=not window_open)
        return await self._deliver(message, steps, [])

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """Look for the message in Twilio's list of what this person was sent since `since`.

        None if Twilio has none of it. Parts that are missing are sent now. Raises Unreachable
        if it is too early to tell or Twilio cannot be asked.
        """
        try:
            return await self._looked_up(message, since)
        except Unreachable:
            raise
        except SendError as error:
            raise Unreachable(f"cannot be looked up: {error}", code=error.code) from error

    async def _looked_up(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        steps = await self._steps(message, needs_approval=False)
        listed = await self._listed(message, since)
        mine = [each for each in listed if self._recall.may_be(each.sid, message.id)]
        found, missing = _match(steps, mine)
        if missing and not self._is_settled(message, since):
            raise Unreachable("too early to say that Twilio does not have the message")
        if not found:
            return None
        if missing:
            return await self._complete(message, missing, found)
        status = STATUSES.get(found[-1].status) or DeliveryStatus.SENT
        return _receipt([each.sid for each in found], status)

    def _is_settled(self, message: OutboundMessage, since: datetime) -> bool:
        age = (datetime.now(UTC) - (message.tried_at or since)).total_seconds()
        return age > SETTLED_SECONDS and self._recall.settled(message.id, since)

    async def _steps(self, message: OutboundMessage, *, needs_approval: bool) -> tuple[Step, ...]:
        if message.template is None:
            return compose.steps(message, self._config.quick_replies)
        if message.attachments:
            raise Refused("a template carries its own media", code="63030")
        template = await self._catalogue.find(message.template.name, message.language)
        if needs_approval and not template.approved:
            raise Refused(_not_approved(template), code=None)
        values = message.template.variables
        text = template.fill(values)
        variables = content_variables(template, values) if template.variables else None
        framed = template.kind == AUTHENTICATION
        return (Step(text, None, template.provider_id, variables, framed),)

    async def _deliver(
        self, message: OutboundMessage, steps: Sequence[Step], sent: list[str]
    ) -> Receipt:
        status: DeliveryStatus | None = None
        to = address.write(message.kind, message.to)
        for number, step in enumerate(steps):
            before = sent[-1] if sent else self._recall.just_sent(to)
            if before is not None:
                await self._left_the_queue(before)
            try:
                created = await self._post_patiently(message, step, patient=bool(sent))
            except asyncio.CancelledError:
                self._recall.doubted(message.id)
                raise
            except SendError as error:
                if isinstance(error, UnknownOutcome):
                    self._recall.doubted(message.id)
                if not sent:
                    raise
                said = f"part {number + 1} of {len(steps)} was not taken: {error}"
                raise UnknownOutcome(said, code=error.code) from error
            sent.append(created.sid)
            self._recall.sent(created.sid, message.id, to)
            status = STATUSES.get(str(created.status))
        return _receipt(sent, status or DeliveryStatus.SENT)

    async def _post_patiently(self, message: OutboundMessage, step: Step, *, patient: bool) -> Any:
        """Send one step; with parts already out, wait a little rather than fail half-way."""
        for _ in range(RETRIES_WITHIN if patient else 0):
            try:
                return await self._post(message, step)
            except RateLimited as error:
                await asyncio.sleep(min(error.retry_after.total_seconds(), LONGEST_PAUSE))
            except Unreachable:
                await asyncio.sleep(1.0)
        return await self._post(message, step)

    async def _post(self, message: OutboundMessage, step: Step) -> Any:
        client = self._connection.client()
        try:
            with readable("POST"):
                created = await client.messages.create_async(**self._options(message, step))
        except SendError as error:
            raise self._understood(message, error) from error
        if not created.sid:
            raise UnknownOutcome("Twilio's answer has no message SID")
        if created.error_code:
            raise failures.for_code(str(created.error_code), created.error_message or "")
        return created

    def _understood(self, message: OutboundMessage, error: SendError) -> SendError:
        if failures.is_template_state(error.code):
            self._catalogue.forget()
        if isinstance(error, AddressDead) and address.is_scoped_id(message.to):
            # Accounts without Meta's username feature read the id as a broken phone number;
            # the address itself is alive.
            return Refused("this Twilio account cannot write to WhatsApp ids yet", code=error.code)
        return error

    def _options(self, message: OutboundMessage, step: Step) -> dict[str, Any]:
        own = self._config.whatsapp
        if message.kind is ChannelKind.SMS:
            own = self._config.sms
        options = {
            "to": address.write(message.kind, message.to),
            "from_": address.write(message.kind, own) if own else None,
            "messaging_service_sid": None if own else self._config.messaging_service,
            "body": None if step.content_sid else step.body or None,
            "media_url": [step.media_url] if step.media_url else None,
            "content_sid": step.content_sid,
            "content_variables": step.content_variables,
            "status_callback": self._status_url,
            "validity_period": self._config.validity_seconds,
            "smart_encoded": self._config.smart_encoding
            if message.kind is ChannelKind.SMS
            else None,
        }
        return {name: value for name, value in options.items() if value is not None}

    async def _left_the_queue(self, sid: str) -> None:
        """Wait until a message has left Twilio, so that no later one overtakes it; not for long."""
        loop = asyncio.get_running_loop()
        end, pause = loop.time() + ORDER_SECONDS, 0.2
        while loop.time() < end:
            try:
                with readable():
                    message = await self._connection.client().messages(sid).fetch_async()
            except SendError as error:
                log.warning("cannot see whether %s was sent: %s", sid, error)
                return
            if str(message.status) not in _STILL_HERE:
                return
            await asyncio.sleep(pause)
            pause *= 2

    async def _listed(self, message: OutboundMessage, since: datetime) -> list[Listed]:
        """Our messages to this person, oldest first. Not filtered by DateSent at Twilio: what is
        still in the queue has none."""
        to = address.write(message.kind, message.to)
        earliest = since.replace(microsecond=0) - _CLOCK_SLACK
        found: list[Listed] = []
        messages, count = self._connection.client().messages, 0
        with readable():
            async for each in await messages.stream_async(to=to, limit=MOST_LISTED, page_size=PAGE):
                count += 1
                if not isinstance(each.date_created, datetime):
                    continue
                if each.date_created < earliest:
                    return found[::-1]
                if str(each.direction).startswith("outbound"):
                    found.append(_listed(each))
        if count >= MOST_LISTED:
            raise Unreachable("too many messages to this person to look through")
        return found[::-1]

    async def _complete(
        self, message: OutboundMessage, missing: Sequence[Step], found: Sequence[Listed]
    ) -> Receipt:
        sent = [each.sid for each in found]
        try:
            return await self._deliver(message, missing, sent)
        except UnknownOutcome as error:
            if isinstance(error.__cause__, SendError) and not error.__cause__.retryable:
                log.warning("%s stays incomplete: %s", message.id, error)
                return _receipt(sent, DeliveryStatus.SENT)
            raise Unreachable(str(error), code=error.code) from error


def _window_open(message: OutboundMessage) -> bool:
    return window.is_open(message.kind, message.last_inbound_at, datetime.now(UTC))


def _not_approved(template: ChannelTemplate) -> str:
    reason = f" ({template.reason})" if template.reason else ""
    return f"WhatsApp has not approved template {template.name}: {template.state.value}{reason}"


def _receipt(sids: Sequence[str], status: DeliveryStatus) -> Receipt:
    return Receipt(sids[-1], tuple(sids), status)


def _listed(message: Any) -> Listed:
    return Listed(
        sid=str(message.sid),
        body=str(message.body or "").removeprefix(_TRIAL),
        has_media=str(message.num_media or "0") not in ("", "0"),
        status=str(message.status),
        created=message.date_created,
    )


def _match(steps: Sequence[Step], listed: Sequence[Listed]) -> tuple[list[Listed], list[Step]]:
    """Pair each step with the earliest message that shows it; each message serves once."""
    left, found, missing = list(listed), [], []
    for step in steps:
        match = next((each for each in left if _shows(each, step)), None)
        if match is None:
            missing.append(step)
        else:
            left.remove(match)
            found.append(match)
    return found, missing


def _shows(listed: Listed, step: Step) -> bool:
    if not step.body:
        return listed.has_media and not listed.body
    if step.framed:
        return step.body in listed.body
    exact = listed.body.strip() == step.body.strip()
    return exact or (bool(_folded(step.body)) and _folded(listed.body) == _folded(step.body))


def _folded(text: str) -> str:
    """Letters and digits only: smart encoding swaps quotes, dashes and spaces."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(char for char in plain if char.isalnum())
