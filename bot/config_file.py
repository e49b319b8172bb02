"""Read a YAML file and put in what it takes from the environment and from secret files."""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from bot.errors import SettingsError

Problem = tuple[str, str]
_REFERENCE = re.compile(r"\$(\$)?\{(file:)?([^}]*)\}")


def read(path: Path, environ: Mapping[str, str] | None = None) -> tuple[Any, list[Problem]]:
    """The file's content with `${NAME}` and `${file:path}` replaced, and what was missing.

    Replaced after parsing, so that a secret may hold any character; `$${` stands for `${`.
    Raises SettingsError if the file is missing or is not YAML.
    """
    data = _parse(path)
    problems: list[Problem] = []
    filler = _Filler(os.environ if environ is None else environ, path.parent, problems)
    return filler.fill(data, ""), problems


def _parse(path: Path) -> Any:
    try:
        data = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise SettingsError(f"There is no {path}; start in Akrab's folder or name it") from error
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise SettingsError(f"{path}, line {line}: {error.problem or error.context}") from error
    except YAMLError as error:
        raise SettingsError(f"{path}: {error}") from error
    if not isinstance(data, dict | None):
        raise SettingsError(f"{path}: expected sections such as `company:`")
    return data or {}


class _Filler:
    def __init__(self, environ: Mapping[str, str], home: Path, problems: list[Problem]) -> None:
        self.environ = environ
        self.home = home
        self.problems = problems

    def fill(self, value: Any, where: str) -> Any:
        if isinstance(value, dict):
            return {key: self.fill(item, _join(where, key)) for key, item in value.items()}
        if isinstance(value, list):
            return [self.fill(item, _join(where, at)) for at, item in enumerate(value)]
        if isinstance(value, str):
            return _REFERENCE.sub(lambda match: self._replace(match, where), value)
        return value

    def _replace(self, match: re.Match[str], where: str) -> str:
        escaped, is_file, name = match.groups()
        if escaped:
            return match.group(0)[1:]
        found = self._file(name) if is_file else self.environ.get(name)
        if found is None:
            kind = f"File {name} cannot be read" if is_file else f"{name} is not set"
            self.problems.append((where, kind if is_file else f"Environment variable {kind}"))
        return found or ""

    def _file(self, name: str) -> str | None:
        try:
            return (self.home / name).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError):
            return None


def _join(where: str, key: object) -> str:
    return f"{where}.{key}" if where else str(key)
