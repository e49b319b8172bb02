"""Amounts of money as Indonesians write them: "1,5 jt", "250rb", "Rp 1.500.000", "dua juta"."""

import re
from collections.abc import Iterator
from datetime import date

from nlu.embedded.found import Found

_UNITS = {
    "rb": 1_000,
    "rbu": 1_000,
    "ribu": 1_000,
    "rebu": 1_000,
    "k": 1_000,
    "thousand": 1_000,
    "jt": 1_000_000,
    "juta": 1_000_000,
    "million": 1_000_000,
    "mio": 1_000_000,
    "miliar": 1_000_000_000,
    "milyar": 1_000_000_000,
    "billion": 1_000_000_000,
    "ratus ribu": 100_000,
    "puluh ribu": 10_000,
}
_UNIT = "|".join(sorted(map(re.escape, _UNITS), key=len, reverse=True))
_DIGITS = re.compile(
    r"(?<![\w.,+/-])(?P<currency>rp\.?|idr)?[ \t]{0,2}"
    r"(?P<number>\d{1,3}(?:[.,]\d{3}){1,4}(?:[.,]\d{1,2})?|\d{1,12}(?:[.,]\d{1,3})?)(?:,-)?"
    rf"(?:[ \t]{{0,2}}(?P<unit>{_UNIT})(?:an)?)?(?:[ \t]{{0,2}}(?P<rupiah>rupiah|perak))?(?![\w/-])"
)
_DIGIT = re.compile(r"\d")
_GROUPED = re.compile(r"\d{1,3}(?:([.,])\d{3})(?:\1\d{3})*\Z")
_LARGEST = 10**15

_SLANG = {
    "gopek": 500,
    "seceng": 1_000,
    "ceceng": 1_000,
    "goceng": 5_000,
    "ceban": 10_000,
    "noban": 20_000,
    "goban": 50_000,
    "gocap": 50_000,
    "sejuta": 1_000_000,
    "sejeti": 1_000_000,
    "semiliar": 1_000_000_000,
}
_ONES = {
    word: value
    for value, forms in enumerate(
        "nol zero|satu one|dua two|tiga three|empat four|lima five|enam six|tujuh seven"
        "|delapan eight|sembilan nine|sepuluh ten|sebelas eleven|twelve|thirteen|fourteen|fifteen"
        "|sixteen|seventeen|eighteen|nineteen".split("|")
    )
    for word in forms.split()
}
_TENS = {
    word: 20 + 10 * index
    for index, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
_SCALES = {
    "ribu": 1_000,
    "rebu": 1_000,
    "thousand": 1_000,
    "juta": 1_000_000,
    "million": 1_000_000,
    "miliar": 1_000_000_000,
    "milyar": 1_000_000_000,
    "billion": 1_000_000_000,
}
_WORD = re.compile(r"[a-z]+")
_NUMBER_WORDS = {
    *_ONES,
    *_TENS,
    *_SCALES,
    *"belas puluh ratus seratus seribu setengah hundred half and a".split(),
}


def find_amounts(text: str, _today: date) -> list[Found]:
    """Amounts in whole rupiah. A bare small number is not an amount: something must say so."""
    found = list(_in_digits(text)) if _DIGIT.search(text) else []
    return found + list(_in_words(text))


def _in_digits(text: str) -> Iterator[Found]:
    for match in _DIGITS.finditer(text):
        number, unit = match["number"], match["unit"]
        if not (match["currency"] or unit or match["rupiah"] or _looks_like_money(number)):
            continue
        value = round(_value(number, has_unit=bool(unit)) * _UNITS.get(unit or "", 1))
        if 0 < value <= _LARGEST:
            start = match.start() + (len(match[0]) - len(match[0].lstrip()))
            yield Found(start, match.end(), value)


def _looks_like_money(number: str) -> bool:
    """ "1.500.000" and "500000", but not a year, a code or a count."""
    if _GROUPED.match(number):
        return True
    return number.isdigit() and len(number) >= 4 and number.endswith("000")


def _value(number: str, *, has_unit: bool) -> float:
    grouped = _GROUPED.match(number)
    groups = len(re.split(r"[.,]", number)) - 1
    if grouped and (groups > 1 or not has_unit):
        return float(re.sub(r"[.,]", "", number))
    head, mark, tail = number, "", ""
    for position in range(len(number) - 1, -1, -1):
        if number[position] in ".,":
            head, mark, tail = number[:position], ".", number[position + 1 :]
            break
    return float(re.sub(r"[.,]", "", head) + mark + tail)


def _in_words(text: str) -> Iterator[Found]:
    run: list[re.Match[str]] = []
    for match in _WORD.finditer(text):
        if match[0] in _SLANG:
            yield Found(match.start(), match.end(), _SLANG[match[0]])
        joined = not run or text[run[-1].end() : match.start()].strip(" -") == ""
        if match[0] in _NUMBER_WORDS and joined:
            run.append(match)
            continue
        yield from _spoken(run)
        run = [match] if match[0] in _NUMBER_WORDS else []
    yield from _spoken(run)


def _spoken(run: list[re.Match[str]]) -> Iterator[Found]:
    """A run of number words; only with "thousand" or more is it money."""
    while run and run[0][0] in ("a", "and"):
        run = run[1:]
    while run and run[-1][0] in ("a", "and"):
        run = run[:-1]
    if not run or run[0][0] in _SCALES:
        # "juta" alone belongs to digits before it, if to anything
        return
    if any(match[0] in _SCALES or match[0] == "seribu" for match in run):
        value = number_of([match[0] for match in run])
        if value >= 1_000:
            yield Found(run[0].start(), run[-1].end(), value)


def number_of(words: list[str]) -> int:
    """The number a list of Indonesian or English number words says; 0 if none."""
    total = group = 0.0
    for word in words:
        if word in _ONES:
            group += _ONES[word]
        elif word in _TENS:
            group += _TENS[word]
        elif word == "belas":
            group += 10
        elif word in ("puluh", "ratus", "hundred"):
            group = _times(group, 10 if word == "puluh" else 100)
        elif word in _WHOLE:
            group += _WHOLE[word]
        elif word in _SCALES:
            total += (group or 1) * _SCALES[word]
            group = 0.0
    return round(total + group)


_WHOLE = {"seratus": 100.0, "seribu": 1_000.0, "setengah": 0.5, "half": 0.5}


def _times(group: float, scale: int) -> float:
    """ "dua ratus lima puluh": only the last digit is multiplied."""
    last = group % 10 or 1
    return group - group % 10 + last * scale
