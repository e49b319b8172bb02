"""Sending by SMTP: one recipient per transaction, phases kept apart, connections reused."""

import asyncio
import re
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
from channels.errors import RateLimited, Refused, SendError, SenderStopped, Unreachable

if TYPE_CHECKING:
    from aiosmtplib import SMTP

IDLE_SECONDS = 20.0
"""Servers hang up on idle clients after a minute or more; ours are gone before."""
GOODBYE_SECONDS = 1.0
GO_AHEAD = 354


class _Progress:
    """How far a mail has come."""

    reached = Phase.CONNECT


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
        await self._keep(client)
        return Receipt(mail.message_id, (mail.message_id,))

    async def sign_in(self) -> None:
        """Connect, sign in, NOOP. Raises a SendError; for `check`."""
        phase = _Progress()
        try:
            async with asyncio.timeout(self._config.smtp.connect_seconds):
                client = await self._fresh(phase)
        except TimeoutError as error:
            raise failures.broken(phase.reached, error) from error
        try:
            await client.noop()
        except _troubles() as error:
            client.close()
            raise _failure(Phase.CONNECT, error) from error
        await self._keep(client)

    async def close(self) -> None:
        """Say goodbye on every idle connection."""
        while self._idle:
            await _leave(self._idle.popleft()[1])

    async def _ready(self, mail: Mail) -> "SMTP":
        """A connection on which the server waits for the mail itself.

        All that comes before has `connect_seconds` together: whoever waits for us must not give
        up first, since he would not know that nothing was sent.
        """
        phase = _Progress()
        try:
            async with asyncio.timeout(self._config.smtp.connect_seconds):
                client = await self._kept()
                if client is not None:
                    try:
                        return await self._addressed(client, mail, phase)
                    except (Unreachable, RateLimited) as error:
                        # It may have hung up on an idle connection, or had enough of this one
                        # (421); nothing was sent on it yet.
                        if not _hung_up(error):
                            raise
                return await self._addressed(await self._fresh(phase), mail, phase)
        except TimeoutError as error:
            raise failures.broken(phase.reached, error) from error

    async def _addressed(self, client: "SMTP", mail: Mail, phase: "_Progress") -> "SMTP":
        try:
            phase.reached = Phase.SENDER
            await client.mail(mail.sender, options=await _options(client, mail))
            phase.reached = Phase.RECIPIENT
            await _recipient(client, mail)
            phase.reached = Phase.START
            await _start(client)
        except BaseException as error:
            client.close()
            if isinstance(error, _troubles()):
                raise _failure(phase.reached, error) from error
            raise
        return client

    async def _fresh(self, phase: "_Progress") -> "SMTP":
        smtp = self._config.smtp
        client = _client(smtp)
        try:
            phase.reached = Phase.CONNECT
            await client.connect()
            phase.reached = Phase.LOGIN
            if smtp.username is not None and smtp.password is not None:
                await client.login(smtp.username, smtp.password.get_secret_value())
        except BaseException as error:
            client.close()
            if isinstance(error, _troubles()):
                raise _failure(phase.reached, error) from error
            raise
        return client

    async def _kept(self) -> "SMTP | None":
        """The connection used last, if the server has not let go of it."""
        while self._idle:
            since, client = self._idle.pop()
            if client.is_connected and time.monotonic() - since < IDLE_SECONDS:
                return client
            await _leave(client)
        return None

    async def _keep(self, client: "SMTP") -> None:
        if _has_said_more(client):
            # It would be taken for the answer to the next command, and so on for ever.
            client.close()
        elif len(self._idle) >= self._config.smtp.connections:
            await _leave(client)
        else:
            self._idle.append((time.monotonic(), client))


async def _recipient(client: "SMTP", mail: Mail) -> None:
    from aiosmtplib import SMTPRecipientRefused

    try:
        await client.rcpt(mail.recipient, encoding="utf-8" if mail.utf8 else "ascii")
    except SMTPRecipientRefused as error:
        if not _is_yes(error.code):  # the library knows two of them
            raise


async def _start(client: "SMTP") -> None:
    from aiosmtplib import SMTPDataError

    answer = await client.execute_command(b"DATA")
    if answer.code != GO_AHEAD:
        raise SMTPDataError(answer.code, answer.message)


async def _data(client: "SMTP", content: bytes, seconds: float) -> None:
    """The mail itself. Not the library's way, which cannot tell a break before it from one after,
    and takes any yes but 250 for a no."""
    from aiosmtplib import SMTPDataError
    from aiosmtplib.protocol import normalize_message_line_endings

    dotted = re.sub(rb"(?m)^\.", b"..", normalize_message_line_endings(content))
    try:
        async with asyncio.timeout(seconds):
            if client.protocol is None:
                raise ConnectionResetError("the connection is gone")
            client.protocol.write(dotted + b".\r\n")
            answer = await client.protocol.read_response()
            if not _is_yes(answer.code):
                raise SMTPDataError(answer.code, answer.message)
    except _troubles() as error:
        raise _failure(Phase.DATA, error) from error


def _is_yes(code: int) -> bool:
    return 200 <= code < 300


def _has_said_more(client: "SMTP") -> bool:
    return bool(getattr(client.protocol, "_buffer", b""))


def _hung_up(error: Unreachable | RateLimited) -> bool:
    return error.code is None or str(error).startswith("421")


async def _leave(client: "SMTP") -> None:
    """QUIT, as RFC 5321 4.1.1.10 wants it, unless the server is slow about it."""
    try:
        async with asyncio.timeout(GOODBYE_SECONDS):
            await client.quit()
    except _troubles():
        pass
    finally:
        client.close()


def _client(smtp: Smtp) -> "SMTP":
    # Loaded at first use: start-up stays light.
    from aiosmtplib import SMTP

    context = None
    if smtp.tls != "none":
        try:
            context = ssl.create_default_context(cafile=smtp.ca_file)
        except OSError as error:
            raise SenderStopped(f"smtp.ca_file cannot be read: {error}", code="tls") from error
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
        return SenderStopped(f"the SMTP server does not offer what is configured: {error}")
    cause = error.__cause__
    if isinstance(cause, ssl.SSLCertVerificationError):
        return failures.broken(phase, cause)
    return failures.broken(phase, error)


def _troubles() -> tuple[type[Exception], ...]:
    from aiosmtplib import SMTPException

    return (SMTPException, OSError, TimeoutError)
