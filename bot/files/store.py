"""The folder of customers' files: named by their content, complete or not there at all."""

import hashlib
import os
import re
import secrets
import shutil
import time
from collections.abc import Iterable
from pathlib import Path

RESERVE = 500_000_000
"""Bytes of the disk that stay free: the database may lie on it."""
FRESH_SECONDS = 3600.0
_UNFINISHED = ".new-"
_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class NoRoomError(OSError):
    """The disk is nearly full; files are fetched again once there is room."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


class FileStore:
    """Files under `<folder>/<first two digits>/<SHA-256>`, readable by this user alone.

    Workers and web processes of one installation share the folder.
    """

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        self._folder = folder
        self._reserve = reserve

    def keep(self, content: bytes) -> str:
        """Write a file so that it outlives a power cut; gives its digest. Raises NoRoomError."""
        digest = hashlib.sha256(content).hexdigest()
        path = self._path(digest)
        if path.exists():
            os.utime(path)  # fresh again: `remove` leaves it alone
            return digest
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if shutil.disk_usage(path.parent).free - len(content) < self._reserve:
            raise NoRoomError
        _write(path, content)
        return digest

    def find(self, digest: str) -> Path | None:
        """Where a file is; None if it is not there."""
        path = self._path(digest) if _DIGEST.fullmatch(digest) else None
        return path if path and path.is_file() else None

    def remove(self, digests: Iterable[str]) -> int:
        """Delete files, but none of the last hour: somebody may just be keeping the same again."""
        old = [path for digest in digests if (path := self.find(digest)) and not _is_fresh(path)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def tidy(self) -> int:
        """Delete what dead workers left half written; gives how many."""
        left = [path for path in self._folder.glob(f"*/{_UNFINISHED}*") if not _is_fresh(path)]
        for path in left:
            path.unlink(missing_ok=True)
        return len(left)

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _write(path: Path, content: bytes) -> None:
    unfinished = path.with_name(f"{_UNFINISHED}{secrets.token_hex(8)}")
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise
    for folder in (path.parent, path.parent.parent):
        _sync(folder)


def _sync(folder: Path) -> None:
    """A new name is on the disk only once its folder is (fsync(2)); Windows has no such thing."""
    if os.name == "nt":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _is_fresh(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime < FRESH_SECONDS
    except FileNotFoundError:
        return True
