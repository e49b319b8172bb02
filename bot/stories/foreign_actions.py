"""The actions of another assistant, from its own code, for its conversation tests.

They run like ours, in this process; what they await is awaited. Nothing is imported unless its
place is given.
"""

import asyncio
import importlib
import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from rasa_sdk import Action
from rasa_sdk.types import DomainDict

from actions import registry
from bot.errors import UserError


class ActionsError(UserError):
    """The code of an assistant's actions cannot be used; the message says why."""


class ForeignAction(Action):  # type: ignore[misc]
    """An action of another assistant, run to its end whatever it waits for."""

    def __init__(self, inner: Action) -> None:
        self._inner = inner

    def name(self) -> str:
        return str(self._inner.name())

    async def run(self, dispatcher: Any, tracker: Any, domain: DomainDict) -> list[dict[str, Any]]:
        """What the action answers; our runner has no event loop, so each gets one of its own."""
        given = self._inner.run(dispatcher, tracker, domain)
        return list((asyncio.run(_awaited(given)) if inspect.isawaitable(given) else given) or [])


async def _awaited(given: Any) -> Any:
    return await given


def load(place: Path) -> list[str]:
    """Make the actions of a Python file, or of a package's folder, known; their names.

    Raises ActionsError.
    """
    found = [action for module in _modules(place) for action in _actions(module)]
    if not found:
        raise ActionsError(f"{place}: no class of rasa_sdk.Action in it")
    for action in found:
        registry.ACTIONS[action.name()] = action
    return sorted({action.name() for action in found})


def missing(named: list[str]) -> list[str]:
    """Those of an assistant's actions that nobody can run."""
    return [name for name in named if name not in registry.ACTIONS]


def _modules(place: Path) -> Iterator[ModuleType]:
    """The file's module, or all of the folder; imported as Rasa does, from the folder above.

    A folder may have the name of our own package, as `actions` has in most projects.
    """
    place = place.resolve()
    if not place.exists():
        raise ActionsError(f"{place}: there is no such file or folder")
    names = [place.stem] if place.is_file() else list(_names(place))
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if _within(name, place)}
    sys.path.insert(0, str(place.parent))
    try:
        for name in names:
            yield importlib.import_module(name)
    except Exception as error:
        raise ActionsError(f"{place}: {type(error).__name__}: {error}") from error
    finally:
        sys.path.remove(str(place.parent))
        for name in [name for name in sys.modules if _within(name, place)]:
            del sys.modules[name]
        sys.modules.update(hidden)


def _within(module: str, place: Path) -> bool:
    return module == place.stem or module.startswith(f"{place.stem}.")


def _names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.rglob("*.py")):
        parts = path.relative_to(folder.parent).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__")


def _actions(module: ModuleType) -> Iterator[Action]:
    for _, one in inspect.getmembers(module, inspect.isclass):
        if issubclass(one, Action) and one.__module__ == module.__name__:
            if _nameless(one):
                continue
            yield ForeignAction(one())


def _nameless(kind: type[Action]) -> bool:
    """A base class for others, which has no name of its own."""
    return inspect.isabstract(kind) or kind.name is Action.name
