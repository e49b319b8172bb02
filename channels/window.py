"""WhatsApp's customer service window: when a business may write freely, and until when."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from channels.base import ChannelKind

WINDOWS: Mapping[ChannelKind, timedelta] = {ChannelKind.WHATSAPP: timedelta(hours=24)}
"""Meta: from the customer's last message; afterwards only an approved template may be sent."""


def has_window(kind: str) -> bool:
    """Whether this kind of channel limits when a business may write freely."""
    return kind in WINDOWS


def closes_at(kind: str, last_inbound_at: datetime | None) -> datetime | None:
    """When the window of a customer who wrote last at this time closes, or closed.

    None if it was never open, or on a kind of channel without one.
    """
    length = WINDOWS.get(ChannelKind(kind)) if has_window(kind) else None
    if length is None or last_inbound_at is None:
        return None
    return last_inbound_at + length


def is_open(kind: str, last_inbound_at: datetime | None, at: datetime) -> bool:
    """Whether free text may be sent at this time."""
    if not has_window(kind):
        return True
    closing = closes_at(kind, last_inbound_at)
    return closing is not None and at < closing
