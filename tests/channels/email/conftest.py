"""An email channel, mails for it, and real SMTP and IMAP servers in this process."""

import asyncio
import logging
import ssl
import subprocess
from argparse import Namespace
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import Config as PymapConfig
from pymap.backend.dict import DictBackend, Login
from pymap.config import BackendCapability
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage

from channels.base import ChannelKind, OutboundMessage, WebhookRequest
from channels.email import Config, EmailChannel
from channels.email.auth import Border
from channels.email.parse import Parser
from channels.email.tokens import Tokens

ADDRESS = "halo@toko-sinar.example"
SECRET = "a-shared-secret-of-the-shop"
PUBLIC_URL = "https://toko-sinar.example"
NOWHERE = {"host": "127.0.0.1", "port": 9, "tls": "none"}
MX = "mx.toko-sinar.example"


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def make(**keys: Any) -> EmailChannel:
    """The channel `shop`, unless the keys say otherwise."""
    given = {"address": ADDRESS, "display_name": "Toko Sinar", "secret": SECRET, "smtp": NOWHERE}
    return EmailChannel("shop", Config.model_validate(given | keys), public_url=PUBLIC_URL)


@pytest.fixture
def new_channel() -> Callable[..., EmailChannel]:
    return make


@pytest.fixture
def tokens() -> Tokens:
    return Tokens([SECRET], ADDRESS)


@pytest.fixture
def parser(tokens: Tokens) -> Parser:
    return Parser("shop", tokens, Border(MX))


@pytest.fixture(autouse=True)
def unread(request: pytest.FixtureRequest) -> Iterator[list[logging.LogRecord]]:
    """The mails that tripped our parser: none, but in a test that asks for them."""
    found: list[logging.LogRecord] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = found.append  # type: ignore[method-assign] # what a handler is for
    logger = logging.getLogger("channels.email.parse")
    logger.addHandler(handler)
    yield found
    logger.removeHandler(handler)
    assert "unread" in request.fixturenames[1:] or not found


@pytest.fixture
def new_mail() -> Callable[..., bytes]:
    """A mail from Ana; header names with `_` for `-`, None leaves a field out."""

    def build(text: str | bytes = "Halo\r\n", **fields: str | None) -> bytes:
        given: dict[str, str | None] = {
            "From": "Ana <ana@pelanggan.example>",
            "To": ADDRESS,
            "Subject": "Kulkas",
            "Date": "Sat, 15 Jun 2024 14:59:00 +0700",
            "Message-ID": "<m1@pelanggan.example>",
        }
        given |= {name.replace("_", "-"): value for name, value in fields.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in given.items() if value is not None)
        body = text.encode() if isinstance(text, str) else text
        return head.encode() + b"\r\n" + body

    return build


@pytest.fixture
def to_ana() -> Callable[..., OutboundMessage]:
    def build(text: str = "Halo Ana", **keys: Any) -> OutboundMessage:
        given = {"id": "17", "kind": ChannelKind.EMAIL, "to": "ana@pelanggan.example", "text": text}
        return OutboundMessage(**(given | keys))

    return build


@dataclass
class SmtpServer:
    """A real SMTP server that does as it is told: answers by phase, or breaks off."""

    answers: dict[str, str] = field(default_factory=dict)
    slow: dict[str, float] = field(default_factory=dict)
    cut: str | None = None
    received: list[Envelope] = field(default_factory=list)
    sessions: set[int] = field(default_factory=set)
    port: int = 0

    async def _told(self, phase: str, server: SMTP) -> str | None:
        await asyncio.sleep(self.slow.get(phase, 0))
        if self.cut == phase:
            server.transport.abort()
        return self.answers.get(phase)

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        self.sessions.add(id(session))
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return await self._told("mail", server) or "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refused = await self._told("rcpt", server)
        if refused:
            return refused
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        refused = await self._told("data", server)
        if refused:
            return refused
        self.received.append(envelope)
        if self.cut == "answer":
            server.transport.abort()
        return "250 OK: queued"


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    passed = isinstance(data, LoginPassword) and data.password == b"right"
    return AuthResult(success=passed, handled=False)


@pytest.fixture
async def smtp(request: pytest.FixtureRequest) -> AsyncIterator[SmtpServer]:
    handler = SmtpServer()
    told = getattr(request, "param", "")
    context = request.getfixturevalue("certificate")[1] if told else None
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(
            handler,
            authenticator=_authenticate,
            auth_require_tls=False,
            enable_SMTPUTF8=True,
            hostname="mx.pelanggan.example",
            tls_context=context if told == "starttls" else None,
        ),
        "127.0.0.1",
        0,
        ssl=context if told == "implicit" else None,
    )
    handler.port = server.sockets[0].getsockname()[1]
    yield handler
    server.close()


@pytest.fixture
def to_server(smtp: SmtpServer) -> Callable[..., EmailChannel]:
    """The channel, sending through the SMTP server of this test."""

    def build(**keys: Any) -> EmailChannel:
        given = {"host": "127.0.0.1", "port": smtp.port, "tls": "none"}
        return make(smtp=given | keys.pop("smtp", {}), **keys)

    return build


class WithoutIdle(PymapConfig):
    """An IMAP server of before 1997."""

    @property
    def backend_capability(self) -> BackendCapability:
        return BackendCapability(idle=False, object_id=True, multi_append=True)


class ImapServer:
    """A real IMAP server with one mailbox; `append` delivers."""

    def __init__(self) -> None:
        self.port = 0
        self.config: type[PymapConfig] = PymapConfig
        self.tls: ssl.SSLContext | None = None
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        args = Namespace(
            debug=False, host="127.0.0.1", port=0, cert=None, key=None, tls=False,
            passlib_cfg=None, proxy_protocol=None, inherited_sockets=None,
            demo_data=False, demo_user="sari", demo_password="right",
        )  # fmt: skip
        config = self.config.from_args(args, secure_auth=False, invalid_user_sleep=0.0)
        login = Login(config)
        await DictBackend._add_demo_user(config, login)
        self.backend = DictBackend(login, config)
        config.apply_context()
        reader = ProxyProtocolReader(config.proxy_protocol)
        callback = reader.get_callback(IMAPServer(self.backend.login, config))
        self._server = await asyncio.start_server(callback, "127.0.0.1", self.port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server
        self._server.close()

    async def box(self, folder: str = "INBOX") -> Any:
        login = self.backend.login
        identity = await login.authorize(login.demo_user_identity, "sari")
        async with identity.new_session() as session:
            if folder != "INBOX" and folder not in session.mailbox_set._set:
                await session.mailbox_set.add_mailbox(folder)
            return await session.mailbox_set.get_mailbox(folder)

    async def append(self, raw: bytes, folder: str = "INBOX", at: datetime | None = None) -> int:
        message = AppendMessage(raw, at or datetime.now(UTC), frozenset())
        return (await (await self.box(folder)).append(message)).uid

    async def seen(self) -> list[int]:
        box = await self.box()
        return [m.uid async for m in box.messages() if b"\\Seen" in map(bytes, m.permanent_flags)]


@pytest.fixture
async def imap(request: pytest.FixtureRequest) -> AsyncIterator[ImapServer]:
    server = ImapServer()
    if getattr(request, "param", "") == "without idle":
        server.config = WithoutIdle
    if getattr(request, "param", "") == "tls":
        server.tls = request.getfixturevalue("certificate")[1]
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def from_mailbox(imap: ImapServer) -> Callable[..., EmailChannel]:
    """The channel, reading the mailbox of this test."""

    def build(**keys: Any) -> EmailChannel:
        given = {"host": "127.0.0.1", "port": imap.port, "tls": "none", "username": "sari",
                 "password": "right", "poll_seconds": 0.1}  # fmt: skip
        return make(imap=given | keys)

    return build


@pytest.fixture
def post_mail() -> Callable[..., WebhookRequest]:
    def build(body: bytes, headers: Mapping[str, str] | None = None) -> WebhookRequest:
        return WebhookRequest("POST", f"{PUBLIC_URL}/webhooks/shop", headers or {}, body)

    return build


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ssl.SSLContext]:
    """A new certificate for 127.0.0.1, signed by itself: its file, and a server's context."""
    folder = tmp_path_factory.mktemp("tls")
    key, file = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", file,
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        capture_output=True, check=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file, key)
    return str(file), context


@pytest.fixture(scope="session")
def dkim_key() -> tuple[str, bytes]:
    """A new private key (PEM) and the DNS record that belongs to it."""

    def openssl(*arguments: str, given: bytes = b"") -> bytes:
        return subprocess.run(
            ["openssl", *arguments], input=given, capture_output=True, check=True
        ).stdout

    private = openssl("genrsa", "-traditional", "2048")
    public = openssl("rsa", "-pubout", given=private)
    encoded = b"".join(public.splitlines()[1:-1])
    return private.decode(), b"v=DKIM1; k=rsa; p=" + encoded
