"""What every test folder shares: the rule that CI skips nothing, quiet logs, and the guard that
no test leaves anything behind in the process for the next one."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import HealthCheck, settings

from actions import registry
from bot import logs
from tests.scheduling import LongestFirst, place
from tests.trained import trained

# A slow machine is no finding: what a test may take is the time-out's business.
settings.register_profile(
    "akrab", deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
settings.load_profile("akrab")

SET_BY_LIBRARIES = {"PTB_TIMEDELTA", "KMP_DUPLICATE_LIB_OK", "KMP_INIT_AT_FORK"}
"""Variables that are set once in a process, when a library is imported."""


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> object:
    """In CI a skipped test fails: CI is where everything must be had."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if item.get_closest_marker("foreign"):
        return
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where it must run: {reason}"


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LongestFirst | None:
    """With `--dist loadfile`, the order of files is ours; xdist's own puts the longest last."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    return LongestFirst(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place(item.nodeid))


@pytest.fixture(scope="session")
def assistant_model(request: pytest.FixtureRequest) -> Path:
    """The assistant, trained; in pytest's cache until its files or the engine change."""
    cache = request.config.cache
    assert cache is not None
    return trained(cache.mkdir("assistant"))


@pytest.fixture(scope="session", autouse=True)
def loggers_that_listen() -> Iterator[None]:
    """A logger keeps the settings of its first use for ever, in the product; not in tests."""
    real = structlog.configure
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            structlog,
            "configure",
            lambda **given: real(**{**given, "cache_logger_on_first_use": False}),
        )
        yield


@pytest.fixture(autouse=True)
def leaves_the_process_as_found(loggers_that_listen: None) -> Iterator[None]:
    """Each test begins with the same logs; what it changes in the process, it changes back."""
    logs.set_up("warning", "json")
    structlog.contextvars.clear_contextvars()
    if writing := sys.modules.get("bot.delivery.writing"):
        writing._shown.clear()
    found = {name: (look(), put) for name, (look, put) in KEPT.items()}
    yield
    changed = [name for name, (look, _) in KEPT.items() if look() != found[name][0]]
    for name in changed:
        before, put = found[name]
        put(before)
    assert not changed, f"the test leaves behind changed {', '.join(changed)}"


def _environment() -> dict[str, str]:
    ours = SET_BY_LIBRARIES | {"PYTEST_CURRENT_TEST"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def _set_environment(found: dict[str, str]) -> None:
    for name in _environment().keys() - found.keys():
        del os.environ[name]
    os.environ.update(found)


def _signals() -> list[Any]:
    return [signal.getsignal(one) for one in (signal.SIGINT, signal.SIGTERM)]


def _set_signals(found: list[Any]) -> None:
    for one, handler in zip((signal.SIGINT, signal.SIGTERM), found, strict=True):
        signal.signal(one, handler)


def _logging() -> tuple[int, int, list[logging.Handler]]:
    return logging.root.level, logging.root.manager.disable, list(logging.root.handlers)


def _set_logging(found: tuple[int, int, list[logging.Handler]]) -> None:
    level, disabled, handlers = found
    logging.root.setLevel(level)
    logging.disable(disabled)
    logging.root.handlers[:] = handlers


def _set_actions(found: dict[str, Any]) -> None:
    registry.ACTIONS.clear()
    registry.ACTIONS.update(found)


KEPT: dict[str, tuple[Callable[[], Any], Callable[[Any], Any]]] = {
    "environment variables": (_environment, _set_environment),
    "folder": (os.getcwd, os.chdir),
    "sys.path": (lambda: list(sys.path), lambda found: sys.path.__setitem__(slice(None), found)),
    "handlers of signals": (_signals, _set_signals),
    "settings of logging": (_logging, _set_logging),
    "registry of actions": (lambda: dict(registry.ACTIONS), _set_actions),
}
"""How to see a state of the process that all tests share, and how to put it back."""
