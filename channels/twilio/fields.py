"""The fields of a Twilio webhook, from a form, a JSON body or a query, blank values kept."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from channels.base import WebhookRequest
from channels.errors import MalformedRequest

FORM = "application/x-www-form-urlencoded"
JSON = "application/json"
MOST = 1000
"""Fields in one request; Twilio sends about 40."""


class Fields:
    """Names and values in the order they came; a name may come more than once.

    `getall` gives what was signed, untouched; `get` what may be stored.
    """

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs:
            self._values.setdefault(name, []).append(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def getall(self, name: str) -> list[str]:
        """Every value of a field (the name the library's validator asks for)."""
        return self._values[name]

    def get(self, name: str) -> str:
        """The first value, "" if there is none; characters no database takes are left out."""
        return clean(self._values[name][0]) if name in self._values else ""


def read(request: WebhookRequest) -> Fields:
    """The request's fields. A GET has them in the query, a POST only in its body.

    Raises MalformedRequest for a body that is neither a form nor a JSON object.
    """
    try:
        if request.method.upper() == "GET":
            return Fields(_pairs(urlsplit(request.url).query))
        if media_type(request) == JSON:
            return Fields(_flat(json.loads(request.body)))
        return Fields(_pairs(request.body.decode("utf-8", "replace")))
    except (ValueError, RecursionError) as error:
        raise MalformedRequest(f"the body cannot be read: {type(error).__name__}") from error


def media_type(request: WebhookRequest) -> str:
    """The content type without its parameters, lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def clean(text: str) -> str:
    """Without NUL and lone surrogates, which PostgreSQL and UTF-8 cannot hold."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _pairs(encoded: str) -> list[tuple[str, str]]:
    # Twilio signs blank fields too (FromZip=), so they must not be dropped.
    return parse_qsl(encoded, keep_blank_values=True, errors="replace", max_num_fields=MOST)


def _flat(body: Any) -> list[tuple[str, str]]:
    if not isinstance(body, dict) or len(body) > MOST:
        raise ValueError("not a JSON object")
    return [(name, _text(value)) for name, value in body.items() if value is not None]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
