"""Which role or group an entity plays, judged by the words beside it in the examples."""

import re
from collections import Counter

from nlu.embedded.domain import Domain
from nlu.embedded.lexicon import Lexicon

_LAST_WORD = re.compile(r"(\w+)\W*\Z")
_Role = tuple[str | None, str | None]


class Roles:
    """Learned from annotations such as `dari [Bandung]{"entity": "city", "role": "from"}`."""

    def __init__(self, domain: Domain, lexicon: Lexicon) -> None:
        self._known = {name for name, kind in domain.entities.items() if kind.roles or kind.groups}
        self._before: dict[tuple[str, str], Counter[_Role]] = {}
        self._alone: dict[tuple[str, str], Counter[_Role]] = {}
        for entity, text, role, group, word in lexicon.values:
            if entity in self._known:
                self._before.setdefault((entity, word), Counter())[role, group] += 1
                self._alone.setdefault((entity, text.lower()), Counter())[role, group] += 1

    def of(self, entity: str, text: str, start: int, end: int) -> _Role:
        """(role, group) of the piece; (None, None) if the examples do not say."""
        if entity not in self._known:
            return (None, None)
        before = self._before.get((entity, word_before(text, start)))
        found = before or self._alone.get((entity, text[start:end]))
        return found.most_common(1)[0][0] if found else (None, None)


def word_before(text: str, start: int) -> str:
    """The lower-case word in front of an offset; "" at the beginning."""
    match = _LAST_WORD.search(text[max(0, start - 40) : start])
    return match[1].lower() if match else ""
