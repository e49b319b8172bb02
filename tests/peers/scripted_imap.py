"""An IMAP server of a few mails that does on command what real ones do once in months."""

import asyncio
import re
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = Callable[[str, str], bytes]
HALO = b"From: Ana <ana@pelanggan.example>\r\nSubject: Kulkas\r\n\r\nHalo\r\n"


class Cut(Exception):
    """The connection is broken off, after these bytes."""

    def __init__(self, last: bytes = b"") -> None:
        super().__init__()
        self.last = last


@dataclass
class ScriptedImap:
    """`script` names the first word of a command (FETCH for UID FETCH) and who answers it;
    b"" leaves the client waiting."""

    mails: dict[int, bytes] = field(default_factory=dict)
    recent: set[int] | None = None
    """The UIDs that SINCE finds; None is all."""
    validity: str = "* OK [UIDVALIDITY 7] x\r\n"
    next_uid: str | None = None
    script: dict[str, Answer] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    """Every command, in order."""
    connections: int = 0
    open: int = 0
    port: int = 0
    tls: bool = False
    _idle_tag: str = ""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open += 1
        try:
            writer.write(b"* OK ready\r\n")
            while line := await reader.readline():
                writer.write(self._answer(line.decode().strip()))
        except Cut as cut:
            writer.write(cut.last)
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client is gone, or the test over
        finally:
            self.open -= 1
            writer.close()

    def _answer(self, line: str) -> bytes:
        tag, _, said = line.partition(" ")
        self.said.append(said or tag)
        name = (said.removeprefix("UID ").partition(" ")[0] or tag).upper()
        answer = self.script.get(name) or getattr(self, f"_{name.lower()}", self.ok)
        return answer(tag, said)

    def ok(self, tag: str, said: str = "") -> bytes:
        return f"{tag} OK done\r\n".encode()

    def _capability(self, tag: str, said: str) -> bytes:
        return b"* CAPABILITY IMAP4rev1 IDLE\r\n" + self.ok(tag)

    def _select(self, tag: str, said: str) -> bytes:
        following = max(self.mails, default=0) + 1
        told = f"* OK [UIDNEXT {following}] x\r\n" if self.next_uid is None else self.next_uid
        return f"* {len(self.mails)} EXISTS\r\n{self.validity}{told}".encode() + self.ok(tag)

    _examine = _select

    def _search(self, tag: str, said: str) -> bytes:
        uids = sorted(self.mails)
        if one := re.search(r"UID (\d+)(:\*)?$", said):
            last = uids[-1:] if one[2] else []
            least, most = int(one[1]), 2**32 if one[2] else int(one[1])
            uids = sorted({uid for uid in uids if least <= uid <= most} | set(last))
        elif "SINCE" in said and self.recent is not None:
            uids = sorted(self.recent)
        return f"* SEARCH {' '.join(map(str, uids))}\r\n".encode() + self.ok(tag)

    def _fetch(self, tag: str, said: str) -> bytes:
        uid = int(said.split()[2])
        raw = self.mails.get(uid)
        if raw is None:
            return self.ok(tag)
        if "HEADER" in said:
            raw = raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
        name = "HEADER" if "HEADER" in said else ""
        head = f"* 1 FETCH (UID {uid} BODY[{name}]<0> {{{len(raw)}}}\r\n".encode()
        return head + raw + b")\r\n" + self.ok(tag)

    def _idle(self, tag: str, said: str) -> bytes:
        self._idle_tag = tag
        return b"+ idling\r\n"

    def _done(self, tag: str, said: str) -> bytes:
        return self.ok(self._idle_tag)

    def _logout(self, tag: str, said: str) -> bytes:
        raise Cut(b"* BYE\r\n" + self.ok(tag))

    def fetched(self) -> list[int]:
        """The UIDs asked for, in order."""
        return [int(each.split()[2]) for each in self.said if each.startswith("UID FETCH")]
