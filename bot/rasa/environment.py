"""Rasa's own Python environment, made by `make rasa`, and how its programs are called."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from bot.errors import UserError

VERSION = "3.6.21"
_QUIET = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
    "PYTHONUTF8": "1",
    "NO_COLOR": "1",
    # several threads of a numeric library only wait for each other on a busy machine
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


class RasaMissingError(UserError):
    """Rasa's environment is not there: run `make rasa`, or set RASA_ENV to where it is."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


def cache() -> Path:
    """Where environments, trained models and what training remembers are kept."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "akrab"


def program() -> Path:
    """The `rasa` command. Raises RasaMissingError."""
    home = Path(os.environ.get("RASA_ENV") or cache() / f"rasa-{VERSION}")
    found = home / "bin" / "rasa"
    if not found.exists():
        raise RasaMissingError
    return found


def variables(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment of a Rasa process: nothing of our own virtual environment in it."""
    kept = {key: value for key, value in os.environ.items() if key not in _OURS}
    remembered = str(cache() / "rasa-training")
    return {**kept, **_QUIET, "RASA_CACHE_DIRECTORY": remembered, **(extra or {})}


_OURS = frozenset({"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "UV_PROJECT_ENVIRONMENT"})


def run(
    arguments: Sequence[str | Path], project: Path, extra: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `rasa <arguments>` in the project's folder, its output kept. Raises RasaMissingError.

    It may take as long as it takes: DIET trains for an hour on a busy machine.
    """
    command = [str(program()), *(str(one) for one in arguments)]
    return subprocess.run(  # noqa: S603 - our own command line
        command,
        cwd=project,
        env=variables(extra),
        text=True,
        capture_output=True,
        check=False,
    )
