"""Phone numbers as people type them -> E.164, the one form we store and send to."""

import re

_E164 = re.compile(r"\+[1-9]\d{6,14}\Z", re.ASCII)
_FORMATTING = re.compile(r"[\s().\-/\u2010-\u2015\u00a0\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_PLAIN = re.compile(r"\+?\d{5,20}\Z", re.ASCII)
LONGEST = 40


def is_e164(text: str) -> bool:
    """Whether the text already has the form `+<country><number>`, 7 to 15 digits (ITU E.164)."""
    return _E164.match(text) is not None


def e164(text: str, region: str = "ID") -> str | None:
    """The number in E.164, or None if this cannot be a phone number.

    `region` is the ISO 3166 country in which a number without country code is read:
    "0812-0000-0001", "62812 0000 0001" and "+62 812 0000 0001" are the same in "ID". Numbers
    are checked for a possible length only: new ranges appear before libraries know them.
    """
    typed = _FORMATTING.sub("", text[: LONGEST * 2])
    if len(typed) > LONGEST or not _PLAIN.match(typed):
        return None
    # Loaded at first use: its tables cost start-up time that most commands never need.
    import phonenumbers

    try:
        number = phonenumbers.parse(_international(typed, region), region)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def country(number: str) -> str | None:
    """The ISO 3166 country of an E.164 number, None if it cannot be told."""
    import phonenumbers

    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return None
    return phonenumbers.region_code_for_country_code(parsed.country_code or 0)


def _international(typed: str, region: str) -> str:
    """People leave out the plus: "62812…" and "0062812…" mean "+62812…"."""
    import phonenumbers

    code = str(phonenumbers.country_code_for_region(region))
    if typed.startswith("00"):
        return f"+{typed[2:]}"
    if typed.startswith(code) and len(typed) - len(code) >= 8:
        return f"+{typed}"
    return typed
