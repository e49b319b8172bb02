"""Why a mail server refused: reply codes, enhanced codes (RFC 3463) and its words -> one reason."""

import re
from dataclasses import dataclass
from types import MappingProxyType

from channels.email.reason_words import WORDS, Reason

DEAD = frozenset((Reason.UNKNOWN_USER, Reason.NO_DOMAIN, Reason.DISABLED))
"""Reasons that prove that the address does not exist (C3.3); all others prove nothing."""

# RFC 3463 and the IANA registry of enhanced status codes; by subject.detail.
_CODES = MappingProxyType(
    {
        "1.1": Reason.UNKNOWN_USER,
        "1.2": Reason.NO_DOMAIN,
        "1.3": Reason.UNKNOWN_USER,
        "1.6": Reason.UNKNOWN_USER,
        "1.10": Reason.UNKNOWN_USER,
        "1.7": Reason.OUR_SETUP,
        "1.8": Reason.OUR_SETUP,
        "2.1": Reason.DISABLED,
        "2.2": Reason.FULL,
        "2.3": Reason.TOO_LARGE,
        "3.1": Reason.FULL,
        "3.4": Reason.TOO_LARGE,
        "7.0": Reason.POLICY,
        "7.1": Reason.POLICY,
        "7.8": Reason.OUR_SETUP,
        "7.9": Reason.OUR_SETUP,
        "7.20": Reason.OUR_SETUP,
        "7.21": Reason.OUR_SETUP,
        "7.22": Reason.OUR_SETUP,
        "7.23": Reason.OUR_SETUP,
        "7.25": Reason.OUR_SETUP,
        "7.26": Reason.OUR_SETUP,
        "7.27": Reason.NO_DOMAIN,
        "7.515": Reason.OUR_SETUP,
    }
)
_SUBJECTS = MappingProxyType({"4": Reason.ROUTING, "7": Reason.POLICY})

# 5.7.1 and 5.4.4 are used for much: these words say more than they do.
_TELLING = MappingProxyType(
    {
        Reason.POLICY: (Reason.OUR_SETUP, Reason.GREYLISTED, Reason.UNKNOWN_USER, Reason.FULL),
        Reason.ROUTING: (Reason.NO_DOMAIN, Reason.UNKNOWN_USER),
    }
)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-#]|,(?!\d))")


# RFC 5321's own words for 550, and what access lists say: filters use them as well.
_VAGUE = re.compile(r"mailbox (?:is )?unavail|access denied", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`code` is the enhanced code, else the reply code, else "". `permanent` is class 5."""

    reason: Reason
    code: str = ""
    permanent: bool = True

    @property
    def dead(self) -> bool:
        return self.permanent and self.reason in DEAD


def judge(text: str, status: str = "") -> Verdict:
    """What a reply or diagnostic says; `status` is a report's Status field, if there is one."""
    # Exim and Postfix wrap a reply over indented lines.
    text = re.sub(r"\n[ \t]+", " ", text[:4000])
    code = _code(status, text)
    reply = _REPLY.search(text)
    kind = code[:1] or (reply[1] if reply else "5")
    shown = code or (reply[0] if reply else "")
    return Verdict(_reason(code, text), shown, permanent=kind != "4")


def _reason(code: str, text: str) -> Reason:
    by_words = next((reason for reason, words in WORDS if words.search(text)), Reason.OTHER)
    detail = code[2:]
    by_code = _CODES.get(detail) or _SUBJECTS.get(detail.partition(".")[0])
    if by_code is None:
        return by_words
    if by_code == Reason.POLICY and by_words == Reason.UNKNOWN_USER and _VAGUE.search(text):
        return by_code
    # "5.1.1 … blocked as spam" and "5.2.1 … at a rate that": servers reuse codes, words tell.
    contradicted = by_code in DEAD and by_words not in DEAD | {Reason.OTHER, Reason.ROUTING}
    return by_words if contradicted or by_words in _TELLING.get(by_code, ()) else by_code


def _code(status: str, text: str) -> str:
    """The most telling enhanced code: the report's own, unless it is a general one."""
    found = [match[0] for match in _ENHANCED.finditer(f"{status} {text}")]
    telling = [code for code in found if not code.endswith(".0")]
    return (telling or found or [""])[0]
