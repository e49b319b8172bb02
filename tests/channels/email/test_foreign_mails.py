"""Other people's mails: whatever the bytes, no exception, one record each, and soon.

Their mails are not ours to ship. Name a folder of raw mails (.eml, .msg, maildirs, mbox files read
as one mail) in AKRAB_FOREIGN_MAILS. docs/channels/email.md says which were measured, and how well.
"""

import os
import re
import time
from pathlib import Path

import pytest

from channels.base import InboundMessage, Reachability, StatusUpdate
from channels.email.bounces import MOST_RECIPIENTS
from channels.email.parse import Parser
from channels.email.tokens import Tokens

FOLDER = os.environ.get("AKRAB_FOREIGN_MAILS")
LARGEST = 10_000_000
SLOWEST = 20.0
FIELD = re.compile(
    rb"^(?:from|to|date|subject|received|return-path|message-id|mime-version|content-type)[ \t]*:",
    re.IGNORECASE | re.MULTILINE,
)
PARSER = Parser("shop", Tokens(["secret"], "halo@toko-sinar.example"), None)


def mails(folder: str | None) -> list[Path]:
    """The files that are mails: two header fields of one in their beginning."""
    files = sorted(path for path in Path(folder or ".").rglob("*") if path.is_file())
    return [path for path in files if _is_mail(path)] if folder else []


def _is_mail(path: Path) -> bool:
    if path.stat().st_size > LARGEST:
        return False
    with path.open("rb") as file:
        return len(FIELD.findall(file.read(8000))) >= 2


def wrong(raw: bytes) -> str | None:
    """What a mail's events lack; None if all is well."""
    started = time.perf_counter()
    events = PARSER.events(raw)
    if time.perf_counter() - started > SLOWEST:
        return "took too long"
    if isinstance(events[0], InboundMessage):
        if events[0].metadata.get("automatic") == "unreadable":
            return "tripped our parser"
        return None if len(events) == 1 and events[0].raw == raw else "not one message"
    reports = all(isinstance(each, StatusUpdate | Reachability) for each in events)
    about = {each.recipient for each in events if isinstance(each, StatusUpdate)}
    one_each = len(about) == len(events) or isinstance(events[0], Reachability)
    return (
        None if reports and one_each and len(events) <= MOST_RECIPIENTS else "not one a recipient"
    )


@pytest.mark.foreign
@pytest.mark.skipif(not FOLDER, reason="AKRAB_FOREIGN_MAILS names no folder of mails")
def test_each_foreign_mail_is_one_record():
    found = {str(path): wrong(path.read_bytes()) for path in mails(FOLDER)}
    assert found
    assert {path: what for path, what in found.items() if what} == {}


def test_the_measure_finds_mails_and_reads_them(tmp_path, new_mail):
    (tmp_path / "a.eml").write_bytes(new_mail())
    (tmp_path / "notes.txt").write_text("kulkas")
    [found] = mails(str(tmp_path))
    assert found.name == "a.eml"
    assert wrong(found.read_bytes()) is None
