"""Twilio's status callbacks -> StatusUpdate. The words are translated once, here."""

import logging
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from channels.base import DeliveryStatus, StatusUpdate
from channels.errors import Misconfigured, Refused, SenderStopped
from channels.twilio import address, failures
from channels.twilio.fields import Fields

log = logging.getLogger(__name__)

STATUSES: Mapping[str, DeliveryStatus | None] = MappingProxyType(
    {
        # Still at Twilio: no news for us.
        "accepted": None,
        "scheduled": None,
        "queued": None,
        "sending": None,
        "receiving": None,
        "received": None,
        "sent": DeliveryStatus.SENT,
        "delivered": DeliveryStatus.DELIVERED,
        # Some segments arrived: more than sent cannot be claimed.
        "partially_delivered": DeliveryStatus.SENT,
        "read": DeliveryStatus.READ,
        "undelivered": DeliveryStatus.FAILED,
        "failed": DeliveryStatus.FAILED,
        "canceled": DeliveryStatus.FAILED,
    }
)

INBOUND = frozenset({"received", "receiving"})


def word_of(fields: Fields) -> str:
    """The status word of a webhook, lower case; "" if it has none."""
    return (fields.get("MessageStatus") or fields.get("SmsStatus")).strip().lower()


def updates(channel: str, provider_id: str, fields: Fields) -> Sequence[StatusUpdate]:
    """The update a callback stands for; () for intermediate words and words we do not know.

    `RawDlrDoneDate` is not used as its time: it has no time zone.
    """
    word = word_of(fields)
    if word not in STATUSES:
        log.warning("unknown Twilio status word %.40r ignored", word)
        return ()
    status = STATUSES[word]
    if status is None:
        return ()
    code = _error_code(fields) if status is DeliveryStatus.FAILED else None
    meant = failures.classify(code) or Refused
    if issubclass(meant, Misconfigured):
        log.error("Twilio %s: %s; an operator must act", code, failures.describe(code))
    return (
        StatusUpdate(
            channel=channel,
            provider_id=provider_id,
            status=status,
            error_code=code,
            error=_error(fields, code) if status is DeliveryStatus.FAILED else None,
            reach=failures.reach(code),
            recipient=_recipient(fields),
            retry_after=failures.retry_after(code),
            stops_sender=issubclass(meant, SenderStopped),
        ),
    )


def _error_code(fields: Fields) -> str | None:
    code = fields.get("ErrorCode").strip()[:10]
    return code if code.isascii() and code.isdigit() and int(code) else None


def _error(fields: Fields, code: str | None) -> str | None:
    said = fields.get("ErrorMessage") or fields.get("ChannelStatusMessage")
    return (failures.describe(code) or said)[:300] or None


def _recipient(fields: Fields) -> str | None:
    to = address.read(fields.get("To"))
    return to.value if to else None
