"""What the models describe, and what only the migrations do (the full-text index)."""

from collections.abc import Mapping
from typing import Any

SEARCH = ("knowledge_fts", "ix_knowledge_articles_search")


def is_ours(name: str | None, _kind: str, _parents: Mapping[str, Any]) -> bool:
    """Whether autogenerate shall compare the thing called `name`."""
    return name is None or not name.startswith(SEARCH)
