"""Names of processes by which another one can tell that they are gone."""

import os
import secrets
import socket
from functools import cache
from hashlib import sha256
from pathlib import Path

_BOOT = Path("/proc/sys/kernel/random/boot_id")
_PID_SPACE = Path("/proc/self/ns/pid")


def name() -> str:
    """This process, as nobody else calls itself: `<where>:<pid>:<random>`."""
    return f"{_where() or socket.gethostname()}:{os.getpid()}:{_own(os.getpid())}"


def is_gone(other: str) -> bool:
    """Whether the process of that name has ended for certain; False if that cannot be told.

    Only where process ids mean the same for both: one boot of one Linux machine, one container.
    """
    where, pid, key = [*other.split(":"), "", ""][:3]
    if not where or where != _where() or not pid.isdecimal():
        return False
    if int(pid) == os.getpid():  # it had the number that is ours now
        return key != _own(os.getpid())
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's, or no process id at all
        return False
    return False


@cache
def _own(pid: int) -> str:
    """Another one after a fork, which copies what was made before."""
    return f"{secrets.token_hex(4)}{pid % 10}"


@cache
def _where() -> str:
    """Which pid space we are in, "" where there is no telling."""
    try:
        space = f"{_BOOT.read_text('ascii')}{os.readlink(_PID_SPACE)}"
    except OSError:
        return ""
    return sha256(space.encode()).hexdigest()[:16]
