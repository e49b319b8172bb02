"""A name for the files an assistant is trained from: it changes when one of them does."""

from hashlib import sha256
from pathlib import Path

LEARNED_FROM = ("domain.y*ml", "config.y*ml", "domain/**/*.y*ml", "data/**/*.y*ml")


def fingerprint(folder: Path, made_by: str, *more: bytes) -> str:
    """Of an assistant's folder as it is now; `made_by` names the program that trains on it."""
    digest = sha256(made_by.encode())
    for path in sorted({path for pattern in LEARNED_FROM for path in folder.glob(pattern)}):
        digest.update(f"\n{path.relative_to(folder)}\n".encode() + path.read_bytes())
    for each in more:
        digest.update(each)
    return digest.hexdigest()[:24]
