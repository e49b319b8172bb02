"""`akrab check` and `akrab channels setup` for Twilio: who we are, and where webhooks go."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from channels.base import ChannelKind, Finding
from channels.errors import SendError, Unreachable
from channels.phones import is_e164
from channels.templates import ChannelTemplate, TemplateState
from channels.twilio.client import PAGE, readable
from channels.twilio.config import SANDBOX, Config

_SETUP = "run `akrab channels setup`"
_CONSOLE = "see Messaging > Senders > WhatsApp senders in Twilio's console"
_OWNED = 5
"""So many of the account's own senders are named when another one is configured."""
_TROUBLED = (TemplateState.REJECTED, TemplateState.PAUSED, TemplateState.DISABLED)
_LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "::1", "")  # noqa: S104 - compared, never bound


def reachable(public_url: str) -> bool:
    """Whether Twilio could call this URL from outside."""
    host = urlsplit(public_url).hostname or ""
    return host not in _LOCAL and "." in host and "_" not in host


async def check(client: Any, config: Config, webhook_url: str) -> Sequence[Finding]:
    """What Twilio says of our account and senders. Raises nothing: a failure is a finding."""
    findings = [_public(webhook_url)]
    try:
        with readable():
            findings.append(await _account(client))
            for sender in _SENDERS:
                findings += await sender(config, client).findings(webhook_url)
    except SendError as error:
        findings.append(Finding(False, str(error), _fix(error)))
    return tuple(findings + _indonesia(config))


async def signing(client: Any) -> Finding:
    """Whether the auth token is the account's; `client` signs in with it, not with a key."""
    try:
        with readable():
            await client.api.v2010.accounts(client.account_sid).fetch_async()
    except SendError as error:
        text = f"auth_token is not the account's, so every webhook will be refused: {error}"
        return Finding(False, text, "copy the auth token from the console's first page")
    return Finding(True, "auth_token is the account's: webhooks signed with it are taken")


async def setup(client: Any, config: Config, webhook_url: str) -> Sequence[Finding]:
    """Tell Twilio our webhook for every sender of this channel; says what was done.

    An address that Twilio cannot reach, or only without encryption, is not told: it would undo
    one that works.
    """
    public = _public(webhook_url)
    if not public.ok:
        return (public,)
    findings: list[Finding] = []
    for sender in _SENDERS:
        try:
            with readable():
                findings += await sender(config, client).set(webhook_url)
        except SendError as error:
            findings.append(Finding(False, str(error), _fix(error)))
    # What is wrong with the account is wrong with each of its senders.
    return tuple(dict.fromkeys(findings))


def of_templates(templates: Sequence[ChannelTemplate]) -> Sequence[Finding]:
    """One line for each template that cannot be used, one for those that can."""
    if not templates:
        text = "the account has no templates: who was silent for 24 hours cannot be written to"
        return (Finding(True, text),)
    usable = [each for each in templates if each.approved]
    troubled = [each for each in templates if each.state in _TROUBLED]
    lines = [Finding(True, f"{len(usable)} of {len(templates)} templates approved by WhatsApp")]
    for each in troubled:
        reason = f": {each.reason}" if each.reason else ""
        text = f"template {each.name} ({each.language}) is {each.state.value}{reason}"
        lines.append(Finding(False, text, "correct it and submit it again"))
    return tuple(lines)


@dataclass(frozen=True, slots=True)
class Inbox:
    """Incoming messages that are ours: all to one address, or all of one Messaging Service."""

    to: str | None = None
    service: str | None = None


async def inboxes(client: Any, config: Config, webhook_url: str) -> Sequence[Inbox]:
    """The inboxes of those senders of this channel whose messages Twilio brings to our webhook.

    Raises a SendError.
    """
    with readable():
        found = [await sender(config, client).inbox(webhook_url) for sender in _SENDERS]
    return [each for each in found if each is not None]


class _Number:
    """The SMS number, if the channel sends from a Twilio number."""

    def __init__(self, config: Config, client: Any) -> None:
        self._number = config.sms if config.sms and is_e164(config.sms) else None
        self._numbers = client.incoming_phone_numbers

    async def findings(self, webhook_url: str) -> Sequence[Finding]:
        if self._number is None:
            return ()
        found = await self._find()
        if found is None:
            return (await self._absent(),)
        if found.sms_application_sid:
            text = f"number {self._number} has a TwiML app, so its own webhook is ignored"
            return (Finding(False, text, _SETUP),)
        return (_webhook(f"number {self._number}", found.sms_url, webhook_url),)

    async def set(self, webhook_url: str) -> Sequence[Finding]:
        if self._number is None:
            return ()
        found = await self._find()
        if found is None:
            return (await self._absent(),)
        # A TwiML app would overrule the number's own webhook.
        await self._numbers(found.sid).update_async(
            sms_url=webhook_url, sms_method="POST", sms_application_sid=""
        )
        return (Finding(True, f"number {self._number} now calls {webhook_url}"),)

    async def inbox(self, webhook_url: str) -> Inbox | None:
        found = await self._find() if self._number else None
        ours = found and not found.sms_application_sid and _is(found.sms_url, webhook_url)
        return Inbox(to=self._number) if ours else None

    async def _find(self) -> Any:
        found = await self._numbers.list_async(phone_number=self._number, limit=1)
        return next(iter(found), None)

    async def _absent(self) -> Finding:
        owned = [each.phone_number for each in await self._numbers.list_async(limit=_OWNED)]
        text = f"the account has no number {self._number}"
        return Finding(False, text, _instead("sms", owned, "buy a number in Twilio's console"))


class _Service:
    """The Messaging Service, if there is one."""

    def __init__(self, config: Config, client: Any) -> None:
        self._sid = config.messaging_service
        self._services = client.messaging.v1.services

    async def findings(self, webhook_url: str) -> Sequence[Finding]:
        if self._sid is None:
            return ()
        service = await self._services(self._sid).fetch_async()
        name = f"Messaging Service {service.friendly_name}"
        if service.use_inbound_webhook_on_number:
            return (Finding(True, f"{name} leaves incoming messages to each number's webhook"),)
        return (_webhook(name, service.inbound_request_url, webhook_url),)

    async def set(self, webhook_url: str) -> Sequence[Finding]:
        if self._sid is None:
            return ()
        service = await self._services(self._sid).update_async(
            inbound_request_url=webhook_url,
            inbound_method="POST",
            use_inbound_webhook_on_number=False,
        )
        return (Finding(True, f"Messaging Service {service.friendly_name} now calls us"),)

    async def inbox(self, webhook_url: str) -> Inbox | None:
        if self._sid is None:
            return None
        service = await self._services(self._sid).fetch_async()
        own = not service.use_inbound_webhook_on_number
        return (
            Inbox(service=self._sid)
            if own and _is(service.inbound_request_url, webhook_url)
            else None
        )


class _WhatsApp:
    """The WhatsApp sender, kept by Twilio's Senders API."""

    def __init__(self, config: Config, client: Any) -> None:
        self._number = config.whatsapp
        self._senders = client.messaging.v2.channels_senders
        self._owned: list[str] = []

    async def findings(self, webhook_url: str) -> Sequence[Finding]:
        if self._number is None:
            return ()
        found = await self._find()
        if found is None:
            return (self._absent(),)
        name = f"WhatsApp sender {self._number}"
        online = str(found.status).startswith("ONLINE")
        state = Finding(online, f"{name} is {found.status}", None if online else _CONSOLE)
        return (state, _webhook(name, _callback(found), webhook_url))

    async def set(self, webhook_url: str) -> Sequence[Finding]:
        if self._number is None:
            return ()
        found = await self._find()
        if found is None:
            return (self._absent(),)
        change = self._senders.MessagingV2ChannelsSenderRequestsUpdate(
            {"webhook": {"callback_url": webhook_url, "callback_method": "POST"}}
        )
        await self._senders(found.sid).update_async(change)
        return (Finding(True, f"WhatsApp sender {self._number} now calls {webhook_url}"),)

    async def inbox(self, webhook_url: str) -> Inbox | None:
        found = await self._find() if self._number else None
        ours = found and _is(_callback(found), webhook_url)
        return Inbox(to=f"whatsapp:{self._number}") if ours else None

    async def _find(self) -> Any:
        wanted = f"whatsapp:{self._number}"
        listed = await self._senders.list_async(channel="whatsapp", limit=PAGE)
        self._owned = [str(each.sender_id).removeprefix("whatsapp:") for each in listed]
        return next((each for each in listed if each.sender_id == wanted), None)

    def _absent(self) -> Finding:
        if self._number == SANDBOX:
            text = "the WhatsApp sandbox's webhook cannot be read or set by us"
            where = "set it in Twilio's console: Messaging > Try it out > Sandbox settings"
            return Finding(True, text, f"{where}, method POST")
        text = f"the account has no WhatsApp sender {self._number}"
        register = "register the number under Messaging > Senders in Twilio's console"
        return Finding(False, text, _instead("whatsapp", self._owned, register))


_SENDERS = (_Number, _Service, _WhatsApp)


def _callback(sender: Any) -> str | None:
    webhook = sender.webhook if isinstance(sender.webhook, dict) else {}
    return webhook.get("callback_url")


def _instead(key: str, owned: Sequence[str], else_: str) -> str:
    """What to do about a sender that is not the account's."""
    named = ", ".join(owned[:_OWNED])
    return f"set `{key}` to one it has: {named}" if named else f"check `{key}`, or {else_}"


def _webhook(name: str, found: str | None, wanted: str) -> Finding:
    fix = _SETUP if _public(wanted).ok else "first set web.public_url right, see above"
    if _is(found, wanted):
        return Finding(True, f"{name} calls {wanted}")
    if not found:
        return Finding(False, f"{name} has no webhook: incoming messages are dropped", fix)
    return Finding(False, f"{name} calls {found}, not {wanted}", fix)


def _is(found: str | None, wanted: str) -> bool:
    # What follows "#" are Twilio's connection overrides (timeouts, retries), not the address.
    return (found or "").partition("#")[0] == wanted


def _public(webhook_url: str) -> Finding:
    if not reachable(webhook_url):
        return Finding(
            False,
            f"Twilio cannot reach {webhook_url}: nothing comes in and no delivery reports",
            "set web.public_url to an https address that is reachable from the internet",
        )
    if urlsplit(webhook_url).scheme != "https":
        fix = "put a TLS proxy before Akrab and set web.public_url to its https address"
        return Finding(False, f"the webhook {webhook_url} is not https", fix)
    return Finding(True, f"the webhook is {webhook_url}")


async def _account(client: Any) -> Finding:
    account = await client.api.v2010.accounts(client.account_sid).fetch_async()
    active = account.status == "active"
    kind = ", trial" if str(account.type).lower() == "trial" else ""
    fix = None if active else "ask Twilio why the account is not active"
    return Finding(
        active, f"Twilio account {account.friendly_name!r} ({account.status}{kind})", fix
    )


def _fix(error: SendError) -> str | None:
    if isinstance(error, Unreachable):
        return "check this machine's way to the internet, and `api_url` if it is set"
    if error.code in ("20003", "401"):
        return "check account_sid, auth_token and api_key: they are on the console's first page"
    return None


def _indonesia(config: Config) -> list[Finding]:
    """Twilio's SMS guidelines for Indonesia: one-way, sender ids registered with each operator."""
    if ChannelKind.SMS not in config.channel_kinds():
        return []
    text = (
        "SMS in Indonesia is one-way at Twilio: customers can neither answer nor send STOP."
        " Give a WhatsApp number or a link to stop in each SMS, and register an alphanumeric"
        " sender id with the operators before the first message"
    )
    return [Finding(True, text)]
