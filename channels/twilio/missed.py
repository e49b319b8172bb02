"""Messages whose webhook never reached us, found in Twilio's own list.

Twilio calls a webhook twice at most, unless its address asks for more, and never again. What
customers write while nobody answers there would be lost: a laptop that is shut, a database that is
away. Its list of messages still has them.
https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
"""

import asyncio
import json
import logging
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from channels.base import Attachment, Event, InboundMessage, Reachability, WebhookRequest
from channels.errors import Gone, MalformedRequest, SendError
from channels.twilio import checks, media, parse
from channels.twilio.checks import Inbox
from channels.twilio.client import PAGE, Connection, readable
from channels.twilio.config import Config
from channels.twilio.fields import JSON

log = logging.getLogger(__name__)

SETTLED = timedelta(minutes=2)
"""A younger message may still come by itself: all of Twilio's attempts take 90 s at most."""
OVERLAP = timedelta(minutes=2)
"""How far our clock and Twilio's may differ."""
LONGEST = timedelta(days=7)
"""How long after it was written a message is still found."""
MOST_LISTED = 20_000
AT_ONCE = 100
"""Messages stored in one transaction."""
MOST_FILES = 10
_FILES = re.compile(r"(?P<list>.*/Messages/(?P<sid>\w+)/Media)\.json#(?P<number>\d{1,3})\Z")


class Missed:
    """Reads the list of what this channel's senders received."""

    def __init__(
        self, channel: str, config: Config, connection: Connection, webhook_url: str
    ) -> None:
        self._channel = channel
        self._config = config
        self._connection = connection
        self._webhook_url = webhook_url

    async def poll(self, cursor: str | None) -> AsyncIterator[tuple[Sequence[Event], str]]:
        """For ever: what was received since the cursor, an ISO time, oldest first.

        Without a cursor there is nothing to look for yet: what an account received before it was
        connected is not ours to answer.
        """
        heard = _moment(cursor)
        if heard is None:
            heard = datetime.now(UTC)
            yield (), heard.isoformat()
        while True:
            until = datetime.now(UTC) - SETTLED
            try:
                received = await self._received(max(heard, until - LONGEST) - OVERLAP, until)
            except SendError as error:
                log.warning("cannot look for messages whose webhook failed: %s", error)
            else:
                events = [event for each in received for event in self._events(each)]
                for part in _in_parts(events):
                    yield part, heard.isoformat()
                heard = max(heard, until)
                yield (), heard.isoformat()
            await self._pause()

    async def _pause(self) -> None:
        await asyncio.sleep(self._config.missed_minutes * 60)

    async def file(self, attachment: Attachment) -> Attachment:
        """A file that is known only by its message and number, with its own address.

        Raises Gone if the message has it no longer, or a SendError.
        """
        place = _FILES.match(attachment.reference)
        if place is None:
            return attachment
        number = int(place["number"])
        files = self._connection.client().messages(place["sid"]).media
        with readable():
            listed = await files.list_async(limit=number + 1)
        if number >= len(listed):
            raise Gone("the message has no such file any more")
        found = listed[number]
        reference = f"{place['list']}/{found.sid}"
        return replace(attachment, reference=reference, content_type=found.content_type)

    async def _received(self, since: datetime, until: datetime) -> list[Any]:
        """Messages that Twilio received for us in between, oldest first. Raises a SendError.

        Only of senders whose webhook is ours: another installation may answer the others.
        """
        client = self._connection.client()
        found: dict[str, Any] = {}
        with readable():
            for inbox in await checks.inboxes(client, self._config, self._webhook_url):
                asked = {"to": inbox.to} if inbox.to else {}
                listed = await client.messages.stream_async(
                    **asked, date_sent_after=since, limit=MOST_LISTED, page_size=PAGE
                )
                async for each in listed:  # the newest first
                    at = _received_at(each)
                    if at < since:
                        break
                    if at <= until and _is_for(inbox, each):
                        found[str(each.sid)] = each
        # Times are whole seconds: within one, the list's order counts.
        return sorted(reversed(found.values()), key=_received_at)

    def _events(self, message: Any) -> Sequence[Event]:
        """What its webhook would have said, as far as the list tells."""
        body = json.dumps(self._fields(message)).encode()
        request = WebhookRequest("POST", self._webhook_url, {"content-type": JSON}, body)
        try:
            events = parse.events(self._channel, request, keywords=self._config.handles_keywords)
        except MalformedRequest as error:
            log.warning("a message in Twilio's list is left out: %s", error)
            return ()
        return [_marked(event, _received_at(message)) for event in events]

    def _fields(self, message: Any) -> dict[str, str]:
        named = {
            "MessageSid": message.sid,
            "AccountSid": message.account_sid,
            "MessagingServiceSid": message.messaging_service_sid,
            "From": message.from_,
            "To": message.to,
            "Body": message.body,
            "NumMedia": message.num_media,
            "NumSegments": message.num_segments,
            "SmsStatus": "received",
        }
        fields = {name: str(value) for name, value in named.items() if value is not None}
        api = self._config.api_url or media.API_URL
        place = f"{api}/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media"
        for number in range(_count(message.num_media)):
            fields[f"MediaUrl{number}"] = f"{place}.json#{number}"
        return fields


def _is_for(inbox: Inbox, message: Any) -> bool:
    if str(message.direction) != "inbound":
        return False
    return inbox.service is None or message.messaging_service_sid == inbox.service


def _received_at(message: Any) -> datetime:
    at = message.date_sent or message.date_created
    return at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC)


def _marked(event: Event, at: datetime) -> Event:
    if isinstance(event, InboundMessage):
        return replace(event, missed=True, sent_at=at)
    return replace(event, at=at) if isinstance(event, Reachability) else event


def _count(told: Any) -> int:
    return min(int(told), MOST_FILES) if str(told).isdecimal() else 0


def _in_parts(events: Sequence[Event]) -> Iterator[Sequence[Event]]:
    for start in range(0, len(events), AT_ONCE):
        yield events[start : start + AT_ONCE]


def _moment(cursor: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(cursor) if cursor else None
    except ValueError:
        return None
