"""`akrab check` for email: does SMTP take us, is the mailbox there, who is believed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from channels.base import Finding
from channels.email import signing
from channels.email.config import Config, Imap
from channels.email.imap import Session
from channels.email.poller import Position
from channels.errors import ChannelError

_PROBE = b"From: a@a.example\r\nTo: b@b.example\r\nSubject: check\r\n\r\ncheck\r\n"


async def check(
    config: Config, sign_in: Callable[[], Awaitable[None]], webhook_url: str
) -> Sequence[Finding]:
    """What works and what does not. Raises nothing: a failure is a finding."""
    smtp = f"{config.smtp.host}:{config.smtp.port}"
    findings = [await _tried(sign_in, f"SMTP {smtp} takes our mail as {config.address}", "smtp")]
    if config.dkim:
        findings.append(await _tried(lambda: _signs(config), "DKIM signs our mail", "dkim"))
    if config.imap:
        findings += await _mailbox(config.imap)
    else:
        findings.append(Finding(True, f"mail comes in at {webhook_url} (message/rfc822)"))
    findings += _plain(config)
    return tuple(findings)


async def _tried(step: Callable[[], Awaitable[None]], text: str, section: str) -> Finding:
    try:
        await step()
    except ChannelError as error:
        return Finding(False, str(error), _fix(section))
    return Finding(True, text)


def _fix(section: str) -> str:
    keys = "selector and private_key" if section == "dkim" else "host, port, tls and password"
    return f"check `{section}` of this channel in config.yml: {keys}"


async def _signs(config: Config) -> None:
    await asyncio.to_thread(signing.sign, _PROBE, config)


async def _mailbox(imap: Imap) -> list[Finding]:
    try:
        return await asyncio.to_thread(_look, imap)
    except ChannelError as error:
        return [Finding(False, str(error), _fix("imap"))]


def _look(imap: Imap) -> list[Finding]:
    session = Session(imap)
    try:
        session.open()
        at = Position(session.validity, session.newest())
        how = "IDLE" if session.can_idle else f"a look every {imap.poll_seconds:.0f} s"
        found = [Finding(True, f"IMAP {imap.host} has {imap.folder} (at {at}), read by {how}")]
        if imap.sent_folder:
            session.select(imap.sent_folder)
            found.append(Finding(True, f"sent mail is looked up in {imap.sent_folder}"))
        return found
    finally:
        session.close()


def _plain(config: Config) -> list[Finding]:
    """What the configuration itself says."""
    findings = []
    if config.smtp.tls == "none":
        text = "SMTP is not encrypted"
        findings.append(Finding(False, text, 'set smtp.tls to "starttls" or "implicit"'))
    if config.authserv_id is None:
        text = "no sender is verified: account questions go to a code or to staff"
        findings.append(Finding(True, text, "set authserv_id to your mail server's name"))
    return findings
