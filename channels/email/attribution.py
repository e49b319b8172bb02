"""The line above a quotation ("On … Ana <…> wrote:"), in any language and however it is wrapped.

It counts only with an address or a full date in it: "Pada hari Senin saya menulis …" is ordinary
text (C6.2). Positions are compared instead of one long expression, so that no line takes long.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from channels.email.quote_words import (
    ABBREVIATED_DAY,
    BETWEEN_RULES,
    FIRST_PERSON,
    FOLLOWING,
    LABELS,
    OPENS,
    OTHER_PERSON,
    QUOTING,
    WROTE,
)

LONGEST_HEAD = 600
WRAPPED_OVER = 8
_MOST_OTHER_WORDS = 8

_WORD = r"[^\W\d_]{1,14}\.?"
DATE = re.compile(
    # 15 Jun 2024, 15. Juni 2024, 2 de fevereiro de 2015, 6 октября 2014 г.
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|ª)?[ .,/-]{{0,2}}(?:(?:de|di|del|ta') )?{_WORD}[ .,/-]{{1,2}}"
    r"(?:(?:de|del) )?(?:19|20)\d\d"
    # Jun 15, 2024; Juni 2024 alone proves nothing
    rf"|(?<!\w){_WORD} \d{{1,2}}(?:st|nd|rd|th)?,? (?:19|20)\d\d"
    # 15/6/2024, 15.06.24, 2024-06-15, 2024. 6. 15.
    r"|(?<!\d)\d{1,2}[/.-] ?\d{1,2}[/.-] ?(?:\d{4}|\d\d)(?!\d)"
    r"|(?:19|20)\d\d[-/.] ?\d{1,2}[-/.] ?\d{1,2}"
    r"|(?:19|20)\d\d ?[年년] ?\d{1,2} ?[月월] ?\d{1,2} ?[日일]",
    re.IGNORECASE,
)
TIME = re.compile(r"(?<![\d.:])\d{1,2}[.:h]\d\d(?!\d)", re.IGNORECASE)
_ADDRESS = re.compile(
    r"[^\s<>@\"'\[\](),;:：]{1,128}@[^\s<>@\"'\[\](),;:：]{1,190}"
    r"\.[^\s<>@\"'\[\](),;:：]{1,60}"
)
# In these languages people write such lines too: a date alone is not enough.
_COMMON_HERE = re.compile(
    r"(?:menulis(?:kan)?|tulis|berkata|mengirim|wrote|writes|said|sent)", re.IGNORECASE
)
_FROM = "|".join(word for word, name in LABELS.items() if name == "from")
_SENDER_FIELD = re.compile(rf"[ \t*_|]*(?:{_FROM})[ \t*_]*[:：]", re.IGNORECASE)
_SPOKEN = re.compile(r"(?:said|sent|berkata|mengirim)", re.IGNORECASE)
_LONGEST_NAME = 4
_SOON = 10
_SAID = re.compile(r"[^\W\d_]{2}: ")
_POINT = re.compile(r"[-*•] |\d{1,2}\) ")
_SENTENCE = re.compile(r"\b[a-z]{4,}[.!?]$")
# Only with a capital, and only before a date, does a head begin in the middle of a line.
_LATER_OPENING = re.compile(
    r"(?<=\S)(?:\s+|-{2,} ?)(?=(?:On|Pada|Le|Am|El|Il|Em|Op|Den|Dnia|W dniu|Dne|Pe) )"
)
# Old Gmail wrote no colon and no verb, only this.
_STAMPED = re.compile(
    r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}(?: \d\d:\d\d GMT[+-]\d\d:\d\d \S.{0,120}"
    r"| [^<>]{1,100}<[^<>\s@]+@[^<>\s@]+>)",
    re.IGNORECASE,
)


def address_in(text: str) -> re.Match[str] | None:
    """The first address; at once None where there can be none."""
    return _ADDRESS.search(text) if "@" in text else None


def length(lines: Sequence[str], at: int) -> int:
    """How many lines the head of a quotation takes; 0 if none begins here."""
    window = lines[at : at + WRAPPED_OVER]
    headed = len(window) > 1 and bool(_SENDER_FIELD.match(window[1]))
    if not headed and not (any(_may_end(line) for line in window) and _may_close(window)):
        return 0
    joined = ""
    for count, line in enumerate(lines[at : at + WRAPPED_OVER], 1):
        bare = _continued(joined, line)
        if not bare and _bracket_near(joined, lines, at + count):
            continue
        if count > 1 and (_begins_anew(joined, bare) or _is_apart(joined, bare)):
            return 0
        joined = f"{joined} {bare}".strip()
        if not bare or len(joined) > LONGEST_HEAD:
            return 0
        whole = _is_whole(joined) and (count == 1 or _is_bound(joined))
        if whole or (count == 1 and _stands_alone(joined, lines, at)):
            return count
        # A head has its colon at its end.
        if _ends(joined) or (count == 1 and not _may_begin(joined)):
            return 0
    return 0


def apart(line: str) -> tuple[str, str]:
    """(text, head) of a line on which a head follows a text: "Baik. Pada Sab, 15 Jun 2024 …"."""
    for found in _LATER_OPENING.finditer(line[:LONGEST_HEAD]):
        before, head = line[: found.start()], line[found.end() :]
        if "@" in before or DATE.search(before):
            break
        if _is_text(before) and DATE.search(head[:60]):
            return before.rstrip(" -_*"), head
    return "", line


def _is_text(before: str) -> bool:
    """No dashes, and no word of the head itself, as in "El El vie, 3 de marzo …"."""
    opening = OPENS.match(before)
    return bool(re.search(r"\w", before[opening.end() :] if opening else before))


def marked_length(lines: Sequence[str]) -> int:
    """Like `length`, for heads that tell less: the ">" right below them is what proves them.

    "Ana menulis:" or "On Monday, Ana wrote:", and an address with a date and no verb we know.
    """
    if not any(line.lstrip().startswith(">") for line in lines[1:6]):
        return 0
    joined = ""
    for count, line in enumerate(lines[:3], 1):
        bare = line.strip()
        if not bare or bare.startswith(">") or len(joined) + len(bare) > LONGEST_HEAD:
            return 0
        if count > 1 and not _goes_over(joined, bare):
            return 0
        joined = f"{joined} {bare}".strip()
        if joined.endswith((":", "：", ">")) and _marks_follow(lines[count : count + 2]):
            return count if _is_short_head(joined) else 0
    return 0


def _goes_over(joined: str, line: str) -> bool:
    """Whether a short head that began above goes on with this line."""
    if _begins_anew(joined, line) or not _may_begin(joined):
        return False
    unfinished = joined.endswith((",", "<")) or len(joined.split()) < _LONGEST_NAME
    return unfinished or bool(DATE.search(joined)) or not _is_short_head(line)


def _marks_follow(following: Sequence[str]) -> bool:
    text = next((line for line in following if line.strip()), "")
    return text.lstrip().startswith(">")


def _is_short_head(joined: str) -> bool:
    if FIRST_PERSON.search(joined) or OTHER_PERSON.search(joined):
        return False
    date, timed = DATE.search(joined), TIME.search(joined)
    if address_in(joined) and (date or timed) and _few(joined):
        return True
    if date and timed and date.start() <= _SOON and not joined.endswith(">"):
        return _few(joined, _LONGEST_NAME)
    if joined.endswith(">"):
        return False
    verb = next(iter(reversed(list(WROTE.finditer(joined)))), None)
    if verb is None or _SPOKEN.fullmatch(verb[0]) or not _few(joined[verb.end() :], 3):
        return False
    before = joined[: verb.start()]
    named = len(before.split()) <= _LONGEST_NAME and before[:1].isupper()
    return bool(before.strip()) and (named or (bool(OPENS.match(joined)) and _few(before)))


def _begins_anew(joined: str, line: str) -> bool:
    """Whether a head begins with this line, so that the lines above it are a text."""
    if OPENS.match(line) and DATE.search(line[:60]):
        return True
    unlike = not re.search(r"\d", joined) and len(joined.split()) > _LONGEST_NAME
    return unlike and _is_whole(line)


def _is_apart(joined: str, line: str) -> bool:
    """Whether the lines above said something, so that this one is no part of them."""
    if not line.strip("-_=*"):
        # No head ends with a rule that did not begin with one.
        return bool(line) and not joined.startswith(("-", "*"))
    if _SAID.search(joined) or ("@" not in line and _POINT.match(line)):
        return True
    return line[0].isupper() and bool(_SENTENCE.search(joined))


def _may_close(window: Sequence[str]) -> bool:
    """Whether lines with a head's verb hold what ends one: without a colon, an address."""
    if any("@" in line or ":" in line or "：" in line or "--" in line for line in window):
        return True
    return any(line.rstrip(" \t*_").endswith(">") for line in window)


@lru_cache(maxsize=64)
def _may_end(line: str) -> bool:
    """Whether a head could end with this line: nearly all lines are done with here."""
    tail = line.rstrip(" \t*_")
    if tail.endswith((":", "：", "--", ">")):
        return True
    return bool(WROTE.search(tail[-24:])) or bool(_STAMPED.match(line.lstrip()))


def _is_bound(joined: str) -> bool:
    """Whether a head on several lines is one: it opens so, or tells an address next to the verb."""
    address = address_in(joined)
    if address is None:
        return bool(OPENS.match(joined))
    verb = next(iter(reversed(list(WROTE.finditer(joined)))), None)
    if verb is None or DATE.search(joined):
        return True
    return not joined[address.end() : verb.start()].strip("> ,()[]'\"")[:1].isupper()


def _is_whole(joined: str) -> bool:
    return (_ends(joined) or _complete(joined)) and is_head(joined)


def _stands_alone(line: str, lines: Sequence[str], at: int) -> bool:
    """Heads that need neither a colon nor a verb, and those with header fields below them."""
    if BETWEEN_RULES.fullmatch(line):
        return True
    if at + 1 < len(lines) and _SENDER_FIELD.match(lines[at + 1]):
        return bool(OPENS.match(line) and TIME.search(line)) and is_head(line)
    return bool(_STAMPED.fullmatch(line)) and not _goes_on(lines, at + 1)


def _ends(line: str) -> bool:
    return line.rstrip(" \t*_").endswith((":", "：", "--"))


def _complete(line: str) -> bool:
    """Without a colon it takes all three: an address, a date with the time, and the verb last."""
    verb = WROTE.search(line[-24:]) if "@" in line else None
    if verb is None or line[-24:][verb.end() :].strip():
        return False
    return bool(address_in(line) and DATE.search(line) and TIME.search(line))


def _continued(joined: str, line: str) -> str:
    """A further line of the head. Some programs break inside the brackets: ">:" ends those."""
    bare = line.strip()
    if bare.startswith(">") and joined:
        open_bracket = joined.count("<") > joined.count(">")
        return bare if open_bracket and len(bare) <= 40 and _ends(bare) else ""
    return "" if bare.startswith(">") else bare


def _bracket_near(joined: str, lines: Sequence[str], following: int) -> bool:
    """Polymail puts the address between empty lines, after a "<" that stands alone."""
    if not joined or lines[following - 1].strip():
        return False
    after = next((line.strip() for line in lines[following : following + 2] if line.strip()), "")
    return joined.endswith("<") or after == "<"


def _goes_on(lines: Sequence[str], at: int) -> bool:
    """Whether the sentence continues on the next line."""
    return at < len(lines) and bool(lines[at].strip()) and not lines[at].lstrip().startswith(">")


def _may_begin(line: str) -> bool:
    """Whether a head that is wrapped could begin with this line."""
    date = DATE.search(line)
    return bool(OPENS.match(line) or (date and date.start() <= 40) or address_in(line))


def is_dated(line: str) -> bool:
    """Whether a line tells who wrote and on what day: enough below a rule, as web mail has it."""
    verb = WROTE.search(line[-24:])
    ends = verb is not None and not line[-24:][verb.end() :].strip(" :：")
    if not ends or not (DATE.search(line) and OPENS.match(line)) or FIRST_PERSON.search(line):
        return False
    return _ends(line) and not OTHER_PERSON.search(line) and _few(line)


def is_head(line: str) -> bool:
    """Whether a whole line says who wrote when, and nothing else."""
    address, date, timed = address_in(line), DATE.search(line), TIME.search(line)
    if not (address or date) or FIRST_PERSON.search(line):
        return False
    if QUOTING.fullmatch(line):
        return bool(address) and _few(line)
    if OTHER_PERSON.search(line) and not (date and timed):
        return False
    verb = next(iter(reversed(list(WROTE.finditer(line)))), None)
    if verb is None:
        # "2024-06-15 14:59 GMT+07:00 Ana <a@b>:" in Gmail, Yandex, Japanese programs.
        early = date is not None and date.start() <= 25
        return bool(address and early and timed) and _few(line)
    before, after = line[: verb.start()], line[verb.end() :]
    if not _few(after) or not _few(before, 2 * _MOST_OTHER_WORDS):
        return False
    programs = timed or ABBREVIATED_DAY.match(line)
    sure = bool(programs) or not _COMMON_HERE.fullmatch(verb[0])
    return _placed(before, after, opened=bool(OPENS.match(line)), sure=sure)


def _placed(before: str, after: str, *, opened: bool, sure: bool) -> bool:
    """The date or the address must stand where programs put it, seen from the verb."""
    if address_in(before) or (opened and address_in(after)):
        return True
    date = DATE.search(before)
    if date and sure and (opened or date.start() <= 40):
        return True
    # "Ana schrieb am 15.06.2024 um 14:59:", "-------- Ana wrote on Jun 15, 2024 --------"
    return bool(before.strip() and DATE.search(after) and TIME.search(after))


def _few(text: str, most: int = _MOST_OTHER_WORDS) -> bool:
    """Whether little is left besides address, date and time: a name, not a sentence."""
    for known in (_ADDRESS, DATE, TIME, FOLLOWING) if "@" in text else (DATE, TIME, FOLLOWING):
        text = known.sub(" ", text)
    return len(re.findall(r"[^\W\d_]{2,}", text)) <= most
