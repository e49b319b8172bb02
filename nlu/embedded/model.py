"""The trained model as one file: a header line with version and checksum, then plain arrays."""

import hashlib
import io
import json
import os
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.embedded.domain import Domain
from nlu.embedded.intents import IntentModel
from nlu.embedded.lexicon import Lexicon
from nlu.embedded.likeness import Likeness
from nlu.embedded.policy import RuleBook, compile_rules
from nlu.embedded.project import domain_from_plain, rules_from_plain

FORMAT = "akrab-nlu"
VERSION = 2
MADE_BY = f"{FORMAT} {VERSION}"
LONGEST_HEADER = 1_000


class ModelError(Exception):
    """The model file cannot be used; train it again with `akrab train`."""


@dataclass(frozen=True, slots=True)
class Fallback:
    """When to say nlu_fallback instead (Rasa's FallbackClassifier)."""

    threshold: float
    ambiguity: float


@dataclass(frozen=True, slots=True)
class Model:
    """Everything a running assistant needs; immutable."""

    intents: IntentModel
    plain_domain: dict[str, Any]
    plain_rules: list[dict[str, Any]]
    lexicon: Lexicon
    fallback: Fallback | None
    core_fallback: str | None
    likeness: Likeness

    @property
    def domain(self) -> Domain:
        return domain_from_plain(self.plain_domain)

    def rule_book(self) -> RuleBook:
        book = compile_rules(rules_from_plain(self.plain_rules), self.domain)
        book.fallback = self.core_fallback
        return book

    def save(self, path: Path, source: str = "") -> str:
        """Write the file in one step, so that readers see the old or the new one; its checksum.

        `source` names what it was trained from (`nlu.fingerprint`).
        """
        body = self._body()
        digest = hashlib.sha256(body).hexdigest()
        header = {"format": FORMAT, "version": VERSION, "sha256": digest, "size": len(body)}
        header["source"] = source
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(json.dumps(header).encode() + b"\n" + body)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        return digest

    def _body(self) -> bytes:
        described = {
            "intents": self.intents.header(),
            "domain": self.plain_domain,
            "rules": self.plain_rules,
            "lexicon": {
                "regexes": self.lexicon.regexes,
                "lookups": self.lexicon.lookups,
                "values": self.lexicon.values,
                "synonyms": self.lexicon.synonyms,
            },
            "fallback": self.fallback and [self.fallback.threshold, self.fallback.ambiguity],
            "core_fallback": self.core_fallback,
        }
        text = json.dumps(described, ensure_ascii=False).encode()
        arrays = {**self.intents.arrays(), **self.likeness.named()}
        return _archive({"described": np.frombuffer(text, np.uint8), **arrays})

    @classmethod
    def load(cls, path: str | Path) -> "Model":
        """Read a model file. Raises ModelError if it is missing, damaged or of another version."""
        try:
            content = Path(path).read_bytes()
        except OSError as error:
            raise ModelError(f"no model at {path}: {error.strerror}; run `akrab train`") from error
        return cls._from_body(_checked(content, str(path)))

    @classmethod
    def _from_body(cls, body: bytes) -> "Model":
        with np.load(io.BytesIO(body), allow_pickle=False) as archive:
            arrays: dict[str, NDArray[Any]] = {name: archive[name] for name in archive.files}
        described = json.loads(arrays.pop("described").tobytes())
        lexicon = described["lexicon"]
        fallback = described["fallback"]
        return cls(
            IntentModel.restore(described["intents"], arrays),
            described["domain"],
            described["rules"],
            Lexicon(
                tuple(map(tuple, lexicon["regexes"])),
                tuple(map(tuple, lexicon["lookups"])),
                tuple(map(tuple, lexicon["values"])),
                lexicon["synonyms"],
            ),
            Fallback(*fallback) if fallback else None,
            described["core_fallback"],
            Likeness.among(arrays),
        )


def source_of(path: Path) -> str | None:
    """What a model file was trained from; None if it does not say or is none."""
    try:
        with path.open("rb") as file:
            return str(json.loads(file.readline(LONGEST_HEADER))["source"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _archive(arrays: dict[str, NDArray[Any]]) -> bytes:
    """An .npz that is the same for the same arrays: numpy's own holds the time of day."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, array in arrays.items():
            content = io.BytesIO()
            np.save(content, array, allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy"), content.getvalue())
    return buffer.getvalue()


def _checked(content: bytes, name: str) -> bytes:
    """The body of a model file whose header fits it."""
    first, _, body = content.partition(b"\n")
    try:
        header = json.loads(first)
        form, version, digest = header["format"], header["version"], header["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise ModelError(f"{name} is not a model file; run `akrab train`") from error
    if form != FORMAT or version != VERSION:
        raise ModelError(
            f"{name} is of version {version}, this program reads {VERSION}; run `akrab train`"
        )
    if hashlib.sha256(body).hexdigest() != digest:
        raise ModelError(f"{name} is damaged (its checksum does not fit); run `akrab train`")
    return body
