"""`akrab chat`: the assistant in the terminal, over the same way every message goes."""

import asyncio
import secrets
import sys
from collections.abc import Callable
from pathlib import Path

from bot import inbound
from bot.app import App, build
from bot.commands import prepare, show
from bot.errors import UserError
from bot.settings import Settings
from bot.worker import Worker
from channels.base import Button, Channel, InboundMessage, Sender, VerifiedBy
from channels.render import numbered
from crm_store import messages
from crm_store.models import Message
from crm_store.models.kinds import Direction, MessageStatus

PATIENCE = 10.0


def chat(config: Path, *, name: str | None, channel: str | None, debug: bool) -> None:
    """Read lines, print answers, until an empty line or the end of input."""
    settings = show.load(config)
    prepare.upgrade(settings)
    prepare.fit_if_needed(settings)
    app = build(_unhurried(settings))
    try:
        asyncio.run(_Talk(app, _choose(app, channel), name, debug=debug).run())
    finally:
        app.close()


def _unhurried(settings: Settings) -> Settings:
    """Lines piped in come as fast as a program writes; here that is no loop to break."""
    assistant = settings.assistant.model_copy(update={"most_turns_a_minute": 1_000_000})
    return settings.model_copy(update={"assistant": assistant})


def _choose(app: App, name: str | None) -> Channel:
    """The named channel, else the first; raises UserError."""
    if name is None and app.channels:
        return next(iter(app.channels.values()))
    if name is None or name not in app.channels:
        raise UserError(f"No channel {name}; config.yml has {', '.join(app.channels) or 'none'}")
    return app.channels[name]


class _Talk:
    def __init__(self, app: App, channel: Channel, name: str | None, *, debug: bool) -> None:
        self._app = app
        self._channel = channel
        self._name = name or f"guest-{secrets.token_hex(3)}"
        self._debug = debug
        self._plain = not sys.stdin.isatty()

    async def run(self) -> None:
        worker = Worker(self._app)
        ask = self._line if self._plain else self._prompt
        while text := await asyncio.to_thread(ask):
            [message_id] = await inbound.accept(self._app, [self._message(text)])
            await worker.idle()
            await self._answers(message_id)

    def _message(self, text: str) -> InboundMessage:
        known = self._name.startswith("+")
        sender = Sender(
            address=self._name if known else f"chat:{self._name}",
            name=None if known or self._name.startswith("guest-") else self._name,
            phone=self._name if known else None,
            verified_by=VerifiedBy.CHANNEL if known else None,
        )
        provider_id = f"chat:{secrets.token_hex(8)}"
        return InboundMessage(self._channel.name, self._channel.kinds[0], provider_id, sender, text)

    async def _answers(self, message_id: int) -> None:
        """Print what was said since; another process may be the one that answers."""
        for _ in range(int(PATIENCE / 0.1)):
            said = self._said_since(message_id)
            if said or self._held(message_id):
                break
            await asyncio.sleep(0.1)
        if self._debug:
            self._explain(message_id)
        if not said and self._held(message_id):
            self._write("(the bot is silent: this conversation waits for a person, see /console)")
        for message in said:
            self._print(message)

    def _held(self, message_id: int) -> bool:
        with self._app.db.reading() as session:
            return messages.get(session, message_id).status == MessageStatus.HELD

    def _said_since(self, message_id: int) -> list[Message]:
        with self._app.db.reading() as session:
            conversation_id = messages.get(session, message_id).conversation_id
            recent = messages.thread(session, conversation_id, limit=20)
        later = [one for one in recent if one.id > message_id]
        return [one for one in later if one.direction == Direction.OUT]

    def _explain(self, message_id: int) -> None:
        with self._app.db.reading() as session:
            message = messages.get(session, message_id)
        sure = f"{message.confidence:.2f}" if message.confidence is not None else "-"
        self._write(f"  [{message.status.value}] {message.intent or '-'} {sure}")

    def _print(self, message: Message) -> None:
        shown = message.content.get("buttons", ())
        buttons = [Button(one["title"], one["payload"]) for one in shown]
        text = f"{message.text}\n{numbered(buttons)}" if buttons else message.text
        self._write(text.strip())

    def _write(self, text: str) -> None:
        write: Callable[..., None] = show.out.print
        write(text, markup=False) if self._plain else write(f"  {text}", style="cyan", markup=False)

    def _prompt(self) -> str:
        from rich.prompt import Prompt

        try:
            return Prompt.ask(f"[bold]{self._name}[/]", default="", show_default=False)
        except (EOFError, KeyboardInterrupt):
            return ""

    @staticmethod
    def _line() -> str:
        for line in sys.stdin:
            if line.strip():
                return line.rstrip("\n")
        return ""
