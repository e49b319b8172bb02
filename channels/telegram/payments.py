"""Questions that Telegram asks before a payment: declined, because this bot sells nothing.

Unanswered, the payer would look at a waiting sign until Telegram gives up. Both expire after 150
seconds.
"""

from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from channels.base import InboundMessage

if TYPE_CHECKING:
    from telegram import Bot

KINDS = ("pre_checkout_query", "shipping_query")
DECLINED: Mapping[str, str] = MappingProxyType(
    {
        "id": "Maaf, pembayaran di sini belum bisa. Silakan tulis pesan, kami bantu.",
        "en": "Sorry, payments cannot be taken here. Please write to us and we will help.",
    }
)


def decline(message: InboundMessage) -> "Callable[[Bot], Awaitable[bool]] | None":
    """The request that declines the payment a message asks for; None if it asks for none."""
    asked, query = message.metadata.get("content"), message.metadata.get("query_id")
    if asked not in KINDS or not isinstance(query, str):
        return None
    why = DECLINED["en" if message.sender.language == "en" else "id"]
    if asked == KINDS[0]:
        return lambda bot: bot.answer_pre_checkout_query(query, ok=False, error_message=why)
    return lambda bot: bot.answer_shipping_query(query, ok=False, error_message=why)
