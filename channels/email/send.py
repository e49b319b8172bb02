"""Sending by SMTP: one recipient per transaction, phases kept apart, connections reused."""

import asyncio
import ssl
import time
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from channels.base import OutboundMessage, Receipt
from channels.email import compose, failures, signing
from channels.email.compose import Mail
from channels.email.config import Config, Smtp
from channels.email.failures import Phase
from channels.email.tokens import Tokens
from channels.errors import Misconfigured, Refused, SendError, Unreachable

if TYPE_CHECKING:
    from aiosmtplib import SMTP

IDLE_SECONDS = 20.0
"""Servers hang up on idle clients after a minute or more; ours are gone before."""


class Outbox:
    """What leaves through one SMTP server."""

    def __init__(self, config: Config, tokens: Tokens) -> None:
        self._config = config
        self._tokens = tokens
        self._idle: deque[tuple[float, SMTP]] = deque()

    async def send(self, message: OutboundMessage) -> Receipt:
        """Send one mail. Raises a SendError; `UnknownOutcome` once the mail itself was begun."""
        mail = compose.compose(message, self._config, self._tokens, datetime.now(UTC))
        content = await asyncio.to_thread(signing.sign, mail.content, self._config)
        client = await self._ready(mail)
        try:
            await _data(client, content, self._config.smtp.data_seconds)
        except BaseException:
            client.close()
            raise
        self._keep(client)
        return Receipt(mail.message_id, (mail.message_id,))

    async def sign_in(self) -> None:
        """Connect, sign in, NOOP. Raises a SendError; for `check`."""
        client = await self._fresh()
        try:
            await client.noop()
        except _troubles() as error:
            client.close()
            raise _failure(Phase.CONNECT, error) from error
        self._keep(client)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            _, client = self._idle.popleft()
            client.close()

    async def _ready(self, mail: Mail) -> "SMTP":
        """A connection on which the server has taken sender and recipient."""
        client = self._kept()
        if client is not None:
            try:
                return await self._addressed(client, mail)
            except Unreachable as error:
                # It may have hung up on an idle connection; nothing was sent on it yet.
                if error.code is not None:
                    raise
        return await self._addressed(await self._fresh(), mail)

    async def _addressed(self, client: "SMTP", mail: Mail) -> "SMTP":
        phase = Phase.SENDER
        try:
            async with asyncio.timeout(self._config.smtp.connect_seconds):
                await client.mail(mail.sender, options=await _options(client, mail))
                phase = Phase.RECIPIENT
                await client.rcpt(mail.recipient, encoding="utf-8" if mail.utf8 else "ascii")
        except BaseException as error:
            client.close()
            if isinstance(error, _troubles()):
                raise _failure(phase, error) from error
            raise
        return client

    async def _fresh(self) -> "SMTP":
        smtp = self._config.smtp
        client = _client(smtp)
        phase = Phase.CONNECT
        try:
            async with asyncio.timeout(smtp.connect_seconds):
                await client.connect()
                phase = Phase.LOGIN
                if smtp.username is not None and smtp.password is not None:
                    await client.login(smtp.username, smtp.password.get_secret_value())
        except BaseException as error:
            client.close()
            if isinstance(error, _troubles()):
                raise _failure(phase, error) from error
            raise
        return client

    def _kept(self) -> "SMTP | None":
        """The connection used last, if the server has not let go of it."""
        while self._idle:
            since, client = self._idle.pop()
            if client.is_connected and time.monotonic() - since < IDLE_SECONDS:
                return client
            client.close()
        return None

    def _keep(self, client: "SMTP") -> None:
        if len(self._idle) >= self._config.smtp.connections:
            client.close()
        else:
            self._idle.append((time.monotonic(), client))


async def _data(client: "SMTP", content: bytes, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await client.data(content)
    except _troubles() as error:
        raise _failure(Phase.DATA, error) from error


def _client(smtp: Smtp) -> "SMTP":
    # Loaded at first use: start-up stays light.
    from aiosmtplib import SMTP

    context = None
    if smtp.tls != "none":
        try:
            context = ssl.create_default_context(cafile=smtp.ca_file)
        except OSError as error:
            raise Misconfigured(f"smtp.ca_file cannot be read: {error}", code="tls") from error
    return SMTP(
        hostname=smtp.host,
        port=smtp.port,
        timeout=smtp.connect_seconds + smtp.data_seconds,
        use_tls=smtp.tls == "implicit",
        start_tls=smtp.tls == "starttls",
        tls_context=context,
    )


async def _options(client: "SMTP", mail: Mail) -> list[str]:
    if not mail.utf8:
        return []
    if client.is_ehlo_or_helo_needed:
        await client.ehlo()
    if not client.supports_extension("smtputf8"):
        raise Refused("the SMTP server cannot write to addresses beyond ASCII", code="5.6.7")
    return ["SMTPUTF8"]


def _failure(phase: Phase, error: Exception) -> SendError:
    """Any error of the library, by what it carries."""
    from aiosmtplib import SMTPException, SMTPNotSupported, SMTPResponseException

    if isinstance(error, SMTPResponseException):
        return failures.refused(phase, error.code, str(error.message))
    # The bare base class is raised for STARTTLS or AUTH that the server does not offer.
    if isinstance(error, SMTPNotSupported) or type(error) is SMTPException:
        return Misconfigured(f"the SMTP server does not offer what is configured: {error}")
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return failures.broken(phase, cause)
    return failures.broken(phase, error)


def _troubles() -> tuple[type[Exception], ...]:
    from aiosmtplib import SMTPException

    return (SMTPException, OSError, TimeoutError)
