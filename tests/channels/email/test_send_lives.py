"""C8: SMTP servers that answer oddly or not at all: never sent twice, never lost, never stuck."""

import asyncio
from dataclasses import dataclass, field

import pytest
from pydantic import ValidationError

from channels.errors import (
    AddressDead,
    RateLimited,
    Refused,
    SenderStopped,
    UnknownOutcome,
    Unreachable,
)

pytestmark = pytest.mark.anyio
USUAL = {"EHLO": b"250 mx.example\r\n", "DATA": b"354 go on\r\n", "QUIT": b"221 bye\r\n"}


class Cut(Exception):
    """The server hangs up."""


@dataclass
class ScriptedSmtp:
    """Answers by the first word of a command; "." is the mail's end, "" the greeting."""

    script: dict[str, bytes | type[Cut]] = field(default_factory=dict)
    first_only: bool = False
    """The first connection alone follows the script."""
    said: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        script = {} if self.first_only and self.connections > 1 else self.script
        try:
            writer.write(self._answer("", script))
            while line := await reader.readline():
                text = line.decode("latin-1").strip()
                word = text.partition(" ")[0].upper()
                self.said.append(text)
                answer = self._answer(word, script)
                writer.write(answer)
                if word == "DATA" and answer.startswith(b"354"):
                    self.mails.append(await reader.readuntil(b"\r\n.\r\n"))
                    writer.write(self._answer(".", script))
        except (Cut, ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def _answer(self, word: str, script: dict[str, bytes | type[Cut]]) -> bytes:
        given = script.get(word, USUAL.get(word, b"250 ok\r\n" if word else b"220 mx.example\r\n"))
        if isinstance(given, bytes):
            return given
        raise given


@pytest.fixture
async def server():
    scripted = ScriptedSmtp()
    listening = await asyncio.start_server(scripted, "127.0.0.1", 0)
    scripted.port = listening.sockets[0].getsockname()[1]
    yield scripted
    listening.close()


@pytest.fixture
def sending(server, new_channel):
    """The channel, sending through the scripted server."""

    def build(**keys):
        given = {"host": "127.0.0.1", "port": server.port, "tls": "none", "connect_seconds": 5}
        return new_channel(smtp=given | keys)

    return build


@pytest.mark.parametrize(
    ("word", "answer"),
    [("RCPT", b"251 will forward\r\n"), ("RCPT", b"252 will try\r\n"), (".", b"251 queued\r\n"),
     (".", b"200 OK\r\n"), (".", b"250-queued\r\n250 as 17\r\n"), (".", b"250\r\n"),
     (".", b"250 \xff\xfe\x00\r\n")],
)  # fmt: skip
async def test_c8_1_every_yes_is_one(word, answer, server, sending, to_ana):
    server.script[word] = answer
    await sending().send(to_ana())
    assert len(server.mails) == 1


@pytest.mark.parametrize(
    "answer", [b"what?\r\n", b"\r\n", b"354 go on\r\n", b"999 odd\r\n", b"250", Cut, b""]
)
async def test_c8_2_what_says_nothing_after_the_mail_is_unknown(answer, server, sending, to_ana):
    server.script["."] = answer
    with pytest.raises(UnknownOutcome):
        await sending(data_seconds=0.3).send(to_ana())


@pytest.mark.parametrize("word", ["", "EHLO", "MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize("answer", [b"", Cut, b"what?\r\n", b"\xff\xfe\r\n"])
async def test_c8_2_what_goes_wrong_before_it_is_harmless(word, answer, server, sending, to_ana):
    server.script[word] = answer
    with pytest.raises(Unreachable):
        await sending(connect_seconds=0.3).send(to_ana())
    assert not server.mails


@pytest.mark.parametrize("word", ["MAIL", "RCPT", "DATA", "."])
async def test_c8_1_a_server_that_closes_is_tried_later(word, server, sending, to_ana):
    server.script[word] = b"421 4.3.2 shutting down\r\n"
    with pytest.raises(Unreachable) as raised:
        await sending().send(to_ana())
    assert raised.value.code == "4.3.2"


@pytest.mark.parametrize(
    "answer", [b"421 4.7.0 too many messages in this session, rate\r\n", b"421 bye\r\n", Cut]
)
async def test_c8_1_a_server_tired_of_one_connection_gets_another(answer, server, sending, to_ana):
    channel = sending()
    await channel.send(to_ana(id="1"))
    server.script["MAIL"] = answer
    server.first_only = True
    await channel.send(to_ana(id="2"))
    assert len(server.mails) == 2


async def test_what_a_server_says_unasked_is_no_answer_to_the_next_mail(server, sending, to_ana):
    server.script["."] = b"250 ok\r\n550 5.1.1 unknown user\r\n"
    channel = sending()
    await channel.send(to_ana(id="1"))
    await channel.send(to_ana(id="2"))
    assert len(server.mails) == 2


@pytest.mark.parametrize(
    ("word", "answer", "error"),
    [("", b"554 5.7.1 your address is listed\r\n", SenderStopped),
     ("", b"421 4.7.0 busy\r\n", Unreachable),
     ("MAIL", b"550 5.1.8 sender refused\r\n", SenderStopped),
     ("RCPT", b"550 5.1.1 Empf\xe4nger unbekannt\x00\r\n", AddressDead),
     ("RCPT", b"450 4.7.1 greylisted\r\n", RateLimited),
     ("DATA", b"554 5.7.1 no\r\n", Refused),
     ("DATA", b"451 4.3.0 later\r\n", Unreachable)],
)  # fmt: skip
async def test_c8_1_a_no_is_told_in_words_that_can_be_stored(
    word, answer, error, server, sending, to_ana
):
    server.script[word] = answer
    with pytest.raises(error) as raised:
        await sending().send(to_ana())
    assert type(raised.value) is error
    assert str(raised.value).isprintable()


@pytest.mark.parametrize("answer", [b"220 go on\r\n", b"220 go on\r\n250 injected\r\n", Cut])
async def test_starttls_that_comes_to_nothing_sends_nothing(answer, server, sending, to_ana):
    server.script["EHLO"] = b"250-mx.example\r\n250 STARTTLS\r\n"
    server.script["STARTTLS"] = answer
    with pytest.raises(Unreachable):
        await sending(tls="starttls", connect_seconds=0.5).send(to_ana())
    assert not [each for each in server.said if each.startswith(("MAIL", "AUTH"))]


async def test_starttls_refused_for_now_is_tried_later(server, sending, to_ana):
    server.script["EHLO"] = b"250-mx.example\r\n250 STARTTLS\r\n"
    server.script["STARTTLS"] = b"454 4.7.0 TLS not available for now\r\n"
    with pytest.raises(Unreachable):
        await sending(tls="starttls").send(to_ana())


async def test_a_goodbye_is_said(server, sending, to_ana):
    channel = sending()
    await channel.send(to_ana())
    await channel.close()
    assert server.said[-1] == "QUIT"


async def test_an_address_beyond_ascii_is_refused_where_it_cannot_be_written(
    server, sending, to_ana
):
    with pytest.raises(Refused) as raised:
        await sending().send(to_ana(to="anä@pelanggan.example"))
    assert raised.value.code == "5.6.7"
    assert not server.mails


async def test_a_domain_beyond_ascii_needs_nothing_of_the_server(server, sending, to_ana):
    await sending().send(to_ana(to="ana@bücher.example"))
    assert "RCPT TO:<ana@xn--bcher-kva.example>" in server.said


async def test_all_before_the_mail_has_one_limit(server, sending, to_ana):
    """Longer, and whoever waits would give up first, not knowing that nothing was sent."""
    channel = sending(connect_seconds=3)
    await channel.send(to_ana(id="1"))
    server.script["MAIL"] = b""
    with pytest.raises(Unreachable):
        await channel.send(to_ana(id="2"))
    assert (len(server.mails), server.connections) == (1, 1)


async def test_limits_that_the_worker_would_cut_short_are_refused(sending):
    with pytest.raises(ValidationError, match="29 together"):
        sending(connect_seconds=20, data_seconds=20)
