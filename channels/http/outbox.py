"""Sending part by part, and finding out afterwards what became of it."""

import logging
from datetime import UTC, datetime, timedelta

from channels.base import Limits, OutboundMessage, Receipt
from channels.errors import SendError, UnknownOutcome, Unreachable
from channels.http.client import Connection
from channels.http.compose import Part, parts

log = logging.getLogger(__name__)
SETTLED = timedelta(seconds=60)
"""Before that a request may still be on its way through the other side."""


class Outbox:
    """What leaves through one channel."""

    def __init__(self, name: str, connection: Connection, limits: Limits) -> None:
        self._name = name
        self._connection = connection
        self._limits = limits

    async def send(self, message: OutboundMessage) -> Receipt:
        """Post every part in order. Raises a SendError.

        If a later part fails, the earlier ones are with the customer: that is UnknownOutcome.
        """
        all_of_it, ids = parts(message, self._limits), list[str]()
        for number, part in enumerate(all_of_it, 1):
            try:
                ids.append(await self._post(part))
            except SendError as error:
                if not ids:
                    raise
                said = f"part {number} of {len(all_of_it)} was not taken: {error}"
                raise UnknownOutcome(said, code=error.code) from error
        return Receipt(ids[-1], tuple(ids))

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """Ask by idempotency key. None if the other side says that it has none of the message.

        Parts that are missing are posted now. Raises Unreachable if it is too early to tell or
        the other side cannot be asked.
        """
        found = [(part, await self._looked_up(part)) for part in parts(message, self._limits)]
        missing = [part for part, id_ in found if id_ is None]
        if missing and datetime.now(UTC) - (message.tried_at or since) < SETTLED:
            raise Unreachable("too early to say that the other side does not have the message")
        if len(missing) == len(found):
            return None
        ids = [id_ or await self._posted_late(part) for part, id_ in found]
        there = [id_ for id_ in ids if id_]
        return Receipt(there[-1], tuple(there))

    async def _posted_late(self, part: Part) -> str | None:
        """The id of a part that was missing; None if it is refused for good."""
        try:
            return await self._post(part)
        except UnknownOutcome as error:
            raise Unreachable(str(error), code=error.code) from error
        except SendError as error:
            if error.retryable:
                raise
            log.warning("%s stays incomplete: %s", part.id, error)
            return None

    async def _post(self, part: Part) -> str:
        return await self._connection.post(part.body, self._key(part)) or part.id

    async def _looked_up(self, part: Part) -> str | None:
        return await self._connection.look_up(self._key(part))

    def _key(self, part: Part) -> str:
        return f"{self._name}:{part.id}"
