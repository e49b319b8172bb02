"""`akrab check` and `akrab channels setup` for Telegram: who the bot is, how messages arrive."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from channels.base import Finding
from channels.errors import SendError, Unreachable
from channels.telegram.client import Connection
from channels.telegram.config import Config
from channels.telegram.parse import ALLOWED, NEEDED

if TYPE_CHECKING:
    from telegram import User, WebhookInfo

PORTS = (443, 80, 88, 8443)
_SETUP = "run `akrab channels setup`"
_TAKE = f"{_SETUP}; if that is another installation, give this one a bot of its own"
_MANY = 100


async def check(connection: Connection, config: Config, webhook_url: str) -> Sequence[Finding]:
    """What Telegram says of the bot. Raises nothing: a failure is a finding."""
    try:
        me = await connection.call(lambda bot: bot.get_me())
        hook = await connection.call(lambda bot: bot.get_webhook_info())
    except SendError as error:
        return (Finding(False, str(error), _fix(error)),)
    arrives = _polled(hook) if config.mode == "polling" else _called(hook, webhook_url)
    return (*_bot(me, config), *arrives)


async def setup(connection: Connection, config: Config, webhook_url: str) -> Sequence[Finding]:
    """Set the webhook with our secret and the kinds of update we read, or remove it (polling).

    What waits at Telegram is kept. Raises nothing: a failure is a finding.
    """
    try:
        if config.mode == "polling":
            await connection.call(lambda bot: bot.delete_webhook(drop_pending_updates=False))
            return (Finding(True, "the bot has no webhook; messages are polled"),)
        problem = _unusable(webhook_url)
        if problem is not None:
            return (problem,)
        return (await _set(connection, config, webhook_url),)
    except SendError as error:
        return (Finding(False, str(error), _fix(error)),)


async def _set(connection: Connection, config: Config, webhook_url: str) -> Finding:
    secret = config.secret.get_secret_value() if config.secret else ""
    if not secret:
        return Finding(False, "the webhook needs a secret", "set `secret`")
    await connection.call(
        lambda bot: bot.set_webhook(
            webhook_url,
            secret_token=secret,
            # Left out, the former list would stay.
            allowed_updates=list(ALLOWED),
            max_connections=config.max_connections,
            drop_pending_updates=False,
        )
    )
    return Finding(True, f"the bot now calls {webhook_url}, with our secret")


def _bot(me: "User", config: Config) -> Sequence[Finding]:
    return (*_name(me, config), *_business(me))


def _business(me: "User") -> Sequence[Finding]:
    """Customers of a connected account would wait in vain, and nobody would be told."""
    if not me.can_connect_to_business:
        return ()
    told = "Telegram Business accounts can connect the bot, but it does not answer their chats"
    return (Finding(True, told, "turn Business Mode off at BotFather (/mybots, Bot Settings)"),)


def _name(me: "User", config: Config) -> Sequence[Finding]:
    name = f"bot @{me.username} ({me.first_name})"
    if config.mention == (me.username or "").lower():
        return (Finding(True, name),)
    if config.mention:
        return (Finding(False, f"{name} is not {config.username}", f"username: {me.username}"),)
    if me.can_join_groups:
        told = f"{name} can be added to groups, but would not notice being mentioned there"
        return (Finding(True, told, f"username: {me.username}"),)
    return (Finding(True, name),)


def _called(hook: "WebhookInfo", webhook_url: str) -> Sequence[Finding]:
    """Webhook mode."""
    problem = _unusable(webhook_url)
    if problem is not None:
        return (problem,)
    if not hook.url:
        return (Finding(False, "no webhook is set: no message arrives", _SETUP),)
    if hook.url != webhook_url:
        return (Finding(False, f"the bot calls {hook.url}, not {webhook_url}", _TAKE),)
    return (Finding(True, f"the bot calls {webhook_url}"), *_kinds(hook), *_health(hook))


def _kinds(hook: "WebhookInfo") -> Sequence[Finding]:
    # An empty list means all kinds but a few that we do not read.
    missing = set(NEEDED) - set(hook.allowed_updates or NEEDED)
    if not missing:
        return ()
    return (Finding(False, f"the webhook leaves out {', '.join(sorted(missing))}", _SETUP),)


def _health(hook: "WebhookInfo") -> Sequence[Finding]:
    waiting = hook.pending_update_count
    found = [Finding(waiting < _MANY, f"{waiting} updates wait at Telegram")]
    if hook.last_error_date is not None:
        at = hook.last_error_date.strftime("%Y-%m-%d %H:%M UTC")
        told = f"last failed call {at}: {hook.last_error_message}"
        refused = "403" in (hook.last_error_message or "")
        # The error stays on show after it is mended; it matters while updates wait.
        fix = f"the secret may differ: {_SETUP}" if refused and waiting else None
        found.append(Finding(not waiting, told, fix))
    return found


def _polled(hook: "WebhookInfo") -> Sequence[Finding]:
    """Polling mode."""
    if hook.url:
        told = f"a webhook is set ({hook.url}), so nothing can be polled (409)"
        return (Finding(False, told, _TAKE),)
    return (Finding(True, f"messages are polled; {hook.pending_update_count} wait at Telegram"),)


def _unusable(webhook_url: str) -> Finding | None:
    """Telegram calls https on four ports only, and over IPv4 only."""
    parts = urlsplit(webhook_url)
    host = parts.hostname or ""
    if parts.scheme == "https" and (parts.port or 443) in PORTS and "." in host:
        return None
    return Finding(
        False,
        f"Telegram cannot call {webhook_url}",
        "set web.public_url to an https address on port 443, 80, 88 or 8443 that the internet"
        " reaches over IPv4, or set `mode: polling`",
    )


def _fix(error: SendError) -> str | None:
    if isinstance(error, Unreachable):
        return "check this machine's way to the internet, and `api_url` if it is set"
    if error.code == "401":
        return "check `token`: BotFather shows it under /mybots"
    return None
