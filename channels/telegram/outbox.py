"""Sending: each step of a message through the library's bot."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from channels.base import OutboundMessage, Receipt
from channels.errors import RateLimited, SendError, UnknownOutcome, Unreachable
from channels.telegram import compose
from channels.telegram.client import Connection
from channels.telegram.compose import Keyboard, Step
from channels.telegram.failures import FileRefused, Moved, TopicGone

if TYPE_CHECKING:
    from telegram import Bot

log = logging.getLogger(__name__)
PAUSE = 1.0
"""Seconds between the parts of a message: a chat takes about one a second."""
RETRIES_WITHIN = 3
LONGEST_PAUSE = 5.0


class Outbox:
    """What leaves through one bot."""

    def __init__(self, connection: Connection, *, quote: bool, pause: float = PAUSE) -> None:
        self._connection = connection
        self._quote = quote
        self._pause = pause

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send every part in order. Raises a SendError.

        If a later part fails, the earlier ones are with the customer: that is UnknownOutcome.
        A group that has become a supergroup is followed to its new id, once.
        """
        steps = compose.steps(message, quote=self._quote)
        chat = compose.chat_id(message.to)
        try:
            return await self._deliver(chat, steps)
        except Moved as moved:
            # The old group takes nothing any more, so nothing of this message was sent there.
            log.info("group %s moved to %s", chat, moved.to)
            return await self._deliver(moved.to, steps, moved_to=str(moved.to))

    async def _deliver(
        self, chat: int, steps: Sequence[Step], *, moved_to: str | None = None
    ) -> Receipt:
        sent: list[str] = []
        for number, step in enumerate(steps):
            if sent:
                await asyncio.sleep(self._pause)
            try:
                message_id = await self._post_patiently(chat, step, patient=bool(sent))
            except SendError as error:
                if not sent:
                    raise
                said = f"part {number + 1} of {len(steps)} was not taken: {error}"
                raise UnknownOutcome(said, code=error.code) from error
            sent.append(f"{chat}:{message_id}")
        return Receipt(sent[-1], tuple(sent), moved_to=moved_to)

    async def _post_patiently(self, chat: int, step: Step, *, patient: bool) -> int:
        """Send one step; with parts already out, wait a little rather than fail half-way."""
        for _ in range(RETRIES_WITHIN if patient else 0):
            try:
                return await self._post_or_link(chat, step)
            except RateLimited as error:
                if error.retry_after.total_seconds() > LONGEST_PAUSE:
                    raise
                await asyncio.sleep(error.retry_after.total_seconds())
            except Unreachable:
                await asyncio.sleep(1.0)
        return await self._post_or_link(chat, step)

    async def _post_or_link(self, chat: int, step: Step) -> int:
        """Send one step; a file at a URL that Telegram cannot use goes as a link."""
        try:
            return await self._post_anywhere(chat, step)
        except FileRefused as error:
            if step.file is None or "://" not in step.file:
                raise
            log.warning("file sent as a link: %s", error)
            return await self._post_anywhere(chat, compose.as_link(step))

    async def _post_anywhere(self, chat: int, step: Step) -> int:
        """Send one step; where its topic has been deleted, into the chat itself."""
        try:
            return await self._post(chat, step)
        except TopicGone:
            if step.topic is None:
                raise
            return await self._post(chat, replace(step, topic=None))

    async def _post(self, chat: int, step: Step) -> int:
        async def ask(bot: "Bot") -> int:
            message = await getattr(bot, f"send_{step.method}")(chat, **_options(step))
            return int(message.message_id)

        return await self._connection.call(ask, sending=True)


def _options(step: Step) -> dict[str, Any]:
    from telegram import ReplyParameters

    options: dict[str, Any] = {
        "text" if step.method == "message" else "caption": step.text or None,
        "message_thread_id": step.topic,
        "reply_markup": _markup(step.keyboard) if step.keyboard else None,
    }
    if step.file:
        options[step.method] = step.file
    if step.reply_to is not None:
        # The customer may have deleted what they wrote; the answer goes out all the same.
        options["reply_parameters"] = ReplyParameters(
            step.reply_to, allow_sending_without_reply=True
        )
    return {name: value for name, value in options.items() if value is not None}


def _markup(keyboard: Keyboard) -> Any:
    from telegram import (
        InlineKeyboardButton,
        InlineKeyboardMarkup,
        KeyboardButton,
        ReplyKeyboardMarkup,
        ReplyKeyboardRemove,
    )

    if keyboard.kind == "remove":
        return ReplyKeyboardRemove()
    if keyboard.kind == "inline":
        return InlineKeyboardMarkup(
            [
                [InlineKeyboardButton(one.title, callback_data=one.payload) for one in row]
                for row in keyboard.rows
            ]
        )
    rows = [[KeyboardButton(one.title) for one in row] for row in keyboard.rows]
    if keyboard.contact:
        rows.insert(0, [KeyboardButton(keyboard.contact, request_contact=True)])
    return ReplyKeyboardMarkup(rows, resize_keyboard=True, one_time_keyboard=True)
