"""A Rasa whose keeper was killed: nobody watches it, and it holds the port.

Who runs is noted in a file beside its log. A process is ours only if its command line names the
endpoints file of that very folder, and left over only if its keeper is gone.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

NOTE = "rasa.pid"
SECONDS = 5.0


def note(folder: Path, pid: int) -> None:
    """This process keeps that one from now on."""
    (folder / NOTE).write_text(f"{pid} {os.getpid()}\n", encoding="ascii")


def forget(folder: Path) -> None:
    (folder / NOTE).unlink(missing_ok=True)


def ended(folder: Path) -> bool:
    """End the one left over here; False if there is none, or it still has a keeper."""
    pid = _left_over(folder)
    if pid is None:
        return False
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
    ends = time.monotonic() + SECONDS
    while _is_there(pid) and time.monotonic() < ends:
        time.sleep(0.05)
    return not _is_there(pid)


def _left_over(folder: Path) -> int | None:
    try:
        pid, keeper = (int(one) for one in (folder / NOTE).read_text(encoding="ascii").split())
        told = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    ours = os.fsencode(folder.resolve() / "endpoints.yml") in told
    return pid if ours and not _is_there(keeper) else None


def _is_there(pid: int) -> bool:
    """Whether it runs; one that has ended and whose parent has not asked how does not."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return False
    return not stat.rpartition(")")[2].lstrip().startswith("Z")
