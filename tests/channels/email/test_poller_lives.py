"""C7: a mailbox is read for months: whatever its server does, mail comes through, once, visibly."""

import asyncio
import logging
import threading
from contextlib import aclosing

import pytest

from channels.email import poller, waiting
from channels.email.parse import INCOMPLETE, NOBODY
from tests.peers.scripted_imap import HALO, Cut, ScriptedImap

pytestmark = pytest.mark.anyio
NEWS = b"* 1 EXISTS\r\n"


@pytest.fixture
async def server(request):
    """The scripted server; the parameter "tls" makes it speak TLS."""
    scripted = ScriptedImap(tls=getattr(request, "param", "") == "tls")
    context = request.getfixturevalue("certificate")[1] if scripted.tls else None
    listening = await asyncio.start_server(scripted, "127.0.0.1", 0, ssl=context)
    scripted.port = listening.sockets[0].getsockname()[1]
    yield scripted
    listening.close()


@pytest.fixture
def reading(server, new_channel):
    """The channel, reading the scripted server's mailbox."""

    def build(**keys):
        given = {"host": "127.0.0.1", "port": server.port, "tls": "none", "username": "sari",
                 "password": "right", "idle_seconds": 900}  # fmt: skip
        return new_channel(imap=given | keys)

    return build


@pytest.fixture
def no_pauses(monkeypatch):
    """Tries follow one another at once."""
    monkeypatch.setattr(poller, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(poller, "LONGEST_PAUSE", 0.01)


async def take(channel, cursor=None, *, mails=1):
    """The first events, and the cursor that goes with the last."""
    found = []
    async with asyncio.timeout(40), aclosing(channel.poll(cursor)) as polled:
        async for events, reached in polled:
            found += events
            if len(found) >= mails:
                return found, ":".join(reached.split(":")[:2])  # without the day


async def until(happened):
    async with asyncio.timeout(40):
        while not happened():
            await asyncio.sleep(0.02)


def arrives(server, uid=1):
    """Answers IDLE; a mail comes in the same packet as the "+"."""

    def answer(tag, said):
        server._idle_tag = tag
        news = b"" if uid in server.mails else NEWS
        server.mails[uid] = HALO
        return b"+ idling\r\n" + news

    return answer


@pytest.mark.parametrize("server", ["plain", "tls"], indirect=True)
async def test_c7_3_news_in_one_packet_with_the_plus_is_heard(server, reading, certificate):
    tls = {"tls": "implicit", "ca_file": certificate[0]} if server.tls else {}
    server.script["IDLE"] = arrives(server)
    [event], _ = await take(reading(**tls))
    assert event.text == "Halo"


async def test_c7_3_a_server_that_falls_silent_in_idle_is_left(server, reading, no_pauses):
    server.script["DONE"] = lambda tag, said: b""
    reader = asyncio.create_task(take(reading(idle_seconds=0.1, timeout_seconds=0.3)))
    await until(lambda: server.connections > 1)
    server.mails[1] = HALO
    [event], _ = await reader
    assert event.text == "Halo"


@pytest.mark.parametrize("last", [b"", b"* BYE Autologout\r\n", b"* 1 EXI"])
async def test_c7_3_a_session_ended_in_idle_is_begun_anew(last, server, reading, no_pauses):
    idle = server._idle

    def answer(tag, said):
        if server.connections > 1:
            return idle(tag, said)
        server.mails[1] = HALO
        raise Cut(b"+ idling\r\n" + last)

    server.script["IDLE"] = answer
    [event], _ = await take(reading())
    assert event.text == "Halo"


async def test_c7_3_a_server_that_refuses_idle_is_looked_at(server, reading):
    server.script["IDLE"] = lambda tag, said: f"{tag} BAD no\r\n".encode()
    reader = asyncio.create_task(take(reading(poll_seconds=0.05)))
    await until(lambda: "IDLE" in server.said)
    server.mails[1] = HALO
    [event], _ = await reader
    assert event.text == "Halo"
    assert (server.connections, server.said.count("IDLE")) == (1, 1)


async def test_c7_3_a_server_that_never_stops_talking_is_heard_less_often(server, reading):
    server.script["IDLE"] = lambda tag, said: server._idle(tag, said) + b"* OK still here\r\n"
    reader = asyncio.create_task(take(reading(poll_seconds=0.5)))
    await until(lambda: server.said.count("IDLE") > waiting.MOST_IN_VAIN + 1)
    server.mails[1] = HALO
    [event], _ = await reader
    assert event.text == "Halo"
    assert server.connections == 1


async def test_a_good_connection_that_ends_is_followed_by_the_first_pause(
    server, reading, monkeypatch, caplog
):
    monkeypatch.setattr(poller, "STEADY_SECONDS", 0.0)
    monkeypatch.setattr(poller, "FIRST_PAUSE", 0.1)

    def bye(tag, said):
        raise Cut(b"* BYE\r\n")

    server.script["IDLE"] = bye
    reader = asyncio.create_task(take(reading()))
    with caplog.at_level(logging.WARNING, poller.__name__):
        await until(lambda: server.connections > 4)
    reader.cancel()
    assert {each.args[1] for each in caplog.records} == {0.1}


def refuses(uid, answer, server):
    """FETCH of one mail is refused, or its connection cut."""
    fetch = server._fetch

    def fetched(tag, said):
        if f"FETCH {uid} " not in said:
            return fetch(tag, said)
        given = answer(tag, said)
        if isinstance(given, Cut):
            raise given
        return given

    return fetched


HALF = b"* 1 FETCH (UID 2 BODY[]<0> {500}\r\nFrom: Ana"
TROUBLES = {
    "refused": lambda tag, said: f"{tag} NO internal error\r\n".encode(),
    "not understood": lambda tag, said: f"{tag} BAD [CANNOT] corrupt\r\n".encode(),
    "given without its content": lambda tag, said: (
        f"* 2 FETCH (UID 2 FLAGS ())\r\n{tag} OK done\r\n".encode()
    ),
    "cut in the middle": lambda tag, said: Cut(HALF),
    "odd": lambda tag, said: b"\xff\xfe{}\r\n",
}


@pytest.mark.parametrize("trouble", TROUBLES)
async def test_c7_4_a_mail_the_server_cannot_give_holds_up_no_other(
    trouble, server, reading, no_pauses
):
    server.mails = {1: HALO, 2: HALO, 3: HALO.replace(b"Halo", b"Pagi")}
    server.script["FETCH"] = refuses(2, TROUBLES[trouble], server)
    events, cursor = await take(reading(), mails=3)
    assert [each.text for each in events] == ["Halo", f"{INCOMPLETE} INBOX:7:2", "Pagi"]
    assert (events[1].sender.address, events[1].automatic) == (NOBODY, True)
    assert cursor == "7:3"


async def test_c7_4_of_a_mail_without_content_the_header_is_read(server, reading, no_pauses):
    def whole(tag, said):
        return server._fetch(tag, said) if "HEADER" in said else f"{tag} NO no\r\n".encode()

    server.mails = {2: HALO}
    server.script["FETCH"] = refuses(2, whole, server)
    [event], _ = await take(reading())
    assert event.sender.address == "ana@pelanggan.example"
    assert event.text == f"Kulkas\n{INCOMPLETE}"


async def test_c7_4_a_mail_that_is_gone_is_none(server, reading, no_pauses):
    """Dovecot answers NO once another client has expunged it."""

    def gone(tag, said):
        server.mails.pop(2, None)
        return f"{tag} NO [EXPUNGEISSUED] gone\r\n".encode()

    server.mails = {1: HALO, 2: HALO, 3: HALO.replace(b"Halo", b"Pagi")}
    server.script["FETCH"] = refuses(2, gone, server)
    events, cursor = await take(reading(), mails=2)
    assert [each.text for each in events] == ["Halo", "Pagi"]
    assert (cursor, server.connections) == ("7:3", 1)


@pytest.mark.parametrize(
    ("given", "text"),
    [(b'"Subject: x\\"y"', 'x"y'), (b'""', ""), (b"NIL", ""), (b"{0}\r\n", "")],
)
async def test_c7_4_short_mails_come_in_quotes_or_as_nothing(given, text, server, reading):
    server.mails = {1: HALO}
    server.script["FETCH"] = lambda tag, said: (
        b"* 1 FETCH (UID 1 BODY[]<0> " + given + b")\r\n" + server.ok(tag)
    )
    [event], _ = await take(reading())
    assert event.text == text


async def test_c7_4_what_the_server_says_of_other_mails_is_not_the_mail(server, reading):
    server.mails = {1: HALO}
    server.script["FETCH"] = lambda tag, said: (
        b"* 9 FETCH (UID 9 FLAGS (\\Seen) X-GM-LABELS ({4}\r\nToko))\r\n" + server._fetch(tag, said)
    )
    [event], _ = await take(reading())
    assert event.text == "Halo"


@pytest.mark.parametrize("answer", ["NO not allowed", "BAD what?"])
async def test_c7_4_flags_that_cannot_be_set_stop_nothing(answer, server, reading):
    server.mails = {1: HALO}
    server.script["STORE"] = lambda tag, said: f"{tag} {answer}\r\n".encode()
    server.script["IDLE"] = arrives(server, 2)
    events, _ = await take(reading(), mails=2)
    assert len(events) == 2
    assert server.connections == 1


async def test_a_mailbox_that_may_only_be_read_is_read(server, reading):
    server.mails = {1: HALO}
    server.script["SELECT"] = lambda tag, said: server._select(tag, said).replace(
        b"OK done", b"OK [READ-ONLY] done"
    )
    server.script["IDLE"] = arrives(server, 2)
    events, _ = await take(reading(), mails=2)
    assert len(events) == 2
    assert not [each for each in server.said if "STORE" in each]


async def test_a_folder_refused_for_a_while_is_read_later(server, reading, no_pauses, caplog):
    refusals = ["NO [INUSE] later", "BAD what?"]

    def select(tag, said):
        if refusals:
            return f"{tag} {refusals.pop(0)}\r\n".encode()
        return server._select(tag, said)

    server.mails = {1: HALO}
    server.script["SELECT"] = select
    [event], _ = await take(reading())
    assert event.text == "Halo"
    assert "[INUSE] later" in caplog.text


OLD = {1: HALO, 2: HALO}


@pytest.mark.parametrize("missing", ["next_uid", "validity"])
async def test_old_mail_is_not_read_though_the_server_says_little(missing, server, reading):
    setattr(server, missing, "")
    server.mails, server.recent = dict(OLD), set()
    server.script["IDLE"] = arrives(server, 3)
    _, cursor = await take(reading())
    assert server.fetched() == [3]
    assert cursor.endswith(":3")


async def test_old_mail_is_not_read_after_a_connection_broke(server, reading, no_pauses):
    fetch = server._fetch

    def cut(tag, said):
        if server.connections == 1:
            raise Cut
        return fetch(tag, said)

    server.mails, server.recent = dict(OLD), {2}
    server.script["FETCH"] = cut
    await take(reading())
    assert set(server.fetched()) == {2}


async def test_c7_1_a_folder_made_anew_under_the_same_number_is_read(server, reading):
    server.mails = {1: HALO}
    [event], cursor = await take(reading(), "7:500")
    assert (event.text, cursor) == ("Halo", "7:1")


async def test_c7_1_made_anew_while_we_were_away_it_is_read_from_where_we_were(server, reading):
    server.mails = {1: HALO}
    await take(reading(history_days=0), "12345:99:2024-06-10")
    assert "UID SEARCH SINCE 9-Jun-2024" in server.said


@pytest.mark.parametrize("cursor", ["12345:99", "12345:99:2024-99-99"])
async def test_c7_1_a_cursor_without_a_day_goes_back_as_far_as_configured(cursor, server, reading):
    server.mails = {1: HALO}
    await take(reading(history_days=None), cursor)
    assert "UID SEARCH ALL" in server.said


async def test_c7_1_a_server_wrong_about_its_next_number_is_not_read_again(server, reading):
    server.mails, server.next_uid = {1: HALO}, "* OK [UIDNEXT 1] x\r\n"
    server.script["IDLE"] = arrives(server, 2)
    _, cursor = await take(reading(), "7:1")
    assert (cursor, server.fetched()) == ("7:2", [2])


@pytest.mark.parametrize("at", ["LOGIN", "SELECT", "SEARCH", "FETCH", "STORE", "IDLE", "DONE"])
async def test_a_poller_cancelled_at_any_step_leaves_no_thread(at, server, reading):
    before = set(threading.enumerate())
    server.mails = {1: HALO}
    server.script[at] = lambda tag, said: b""
    reader = asyncio.create_task(take(reading(timeout_seconds=600, idle_seconds=0.2), mails=2))
    await until(lambda: any(each.startswith(at) or f" {at} " in each for each in server.said))
    reader.cancel()
    await until(lambda: not server.open)
    await until(lambda: not {t for t in threading.enumerate() if "imap" in t.name} - before)
