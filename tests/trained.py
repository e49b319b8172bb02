"""The assistant's model, trained once for all folders, workers and runs until its files change."""

import fcntl
import hashlib
import time
from pathlib import Path

from nlu.train import train

ROOT = Path(__file__).parents[1]
ASSISTANT = ROOT / "nlu" / "assistant"
KEPT_SECONDS = 86_400
"""Not only the newest: another run, of other files, may still be loading its own."""


def trained(folder: Path) -> Path:
    """The model in this folder; whoever comes second waits for the first to train it."""
    path = folder / f"{_digest()}.model"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _forget_old(folder)
            train(ASSISTANT, path)
    return path


def _forget_old(folder: Path) -> None:
    for old in folder.glob("*.model"):
        if time.time() - old.stat().st_mtime > KEPT_SECONDS:
            old.unlink()


def _digest() -> str:
    files = [*ASSISTANT.glob("*.yml"), *ASSISTANT.glob("data/**/*.yml"), *ROOT.glob("nlu/**/*.py")]
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
