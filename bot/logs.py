"""Structured logs: one line an event, with message ids, without secrets or personal numbers."""

import logging
import re
import sys
from collections.abc import Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Literal, TextIO, cast

import structlog
from pydantic import SecretStr

_SECRET_KEYS = re.compile(r"secret|token|password|authorization|cookie|api_key|signature", re.I)
_PERSONAL = (
    (re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+"), "<email>"),
    (re.compile(r"\bVIP[- ]?\d{4}[- ]?\d{4}\b", re.I), "<card>"),
    (re.compile(r"\+\d(?:[ -]?\d){8,14}\b"), "<phone>"),
    (re.compile(r"\b\d(?:[ -]?\d){12,18}\b"), "<card>"),
    (re.compile(r"(?<![\w.-])(?:\+|00)?\d(?:[ -]?\d){8,14}(?![\w.-])"), "<phone>"),
)
_PLAIN_KEYS = frozenset({"timestamp", "level", "event", "part"})


def set_up(level: str = "info", style: Literal["auto", "console", "json"] = "auto") -> None:
    """Send our logs to stderr, redacted; `auto` writes for people in a terminal, else JSON."""
    for_people = style == "console" or (style == "auto" and sys.stderr.isatty())
    renderer = (
        structlog.dev.ConsoleRenderer() if for_people else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(cast(TextIO, _Stderr())),
        cache_logger_on_first_use=True,
    )


class _Stderr:
    """Whatever stderr is at the moment. A line that cannot be written stops nobody's turn."""

    def write(self, text: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(text)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


def redact(_: Any, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """A structlog processor: hide values of secret keys, and numbers and addresses of people."""
    for key, value in event.items():
        if _SECRET_KEYS.search(key) or isinstance(value, SecretStr):
            event[key] = "***"
        elif isinstance(value, str) and key not in _PLAIN_KEYS:
            event[key] = hide_personal(value)
    return event


def hide_personal(text: str) -> str:
    """The text with email addresses, phone numbers and card numbers replaced."""
    for pattern, shown in _PERSONAL:
        text = pattern.sub(shown, text)
    return text


def logger(name: str) -> Any:
    """A structured logger; `name` is the module's."""
    return structlog.get_logger(part=name)
