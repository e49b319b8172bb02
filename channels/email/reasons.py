"""Why a mail server refused: reply codes, enhanced codes (RFC 3463) and its words -> one reason."""

import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Reason(StrEnum):
    """What stands behind a refusal, as far as it matters to us."""

    UNKNOWN_USER = "unknown_user"
    NO_DOMAIN = "no_domain"
    DISABLED = "disabled"
    FULL = "full"
    RATE = "rate"
    GREYLISTED = "greylisted"
    POLICY = "policy"
    OUR_SETUP = "our_setup"
    TOO_LARGE = "too_large"
    ROUTING = "routing"
    OTHER = "other"


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

# The first that matches counts. Words for "not this, not now" come before "nobody there".
_WORDS: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile(words, re.IGNORECASE))
    for reason, words in (
        (Reason.GREYLISTED, r"gr[ea]y-?list|try again later|temporarily deferred"),
        (
            Reason.RATE,
            r"at a rate that|rate limit|too many (?:messages|connections|recipients)|throttl"
            r"|receiving mail too quickly",
        ),
        (
            Reason.FULL,
            r"(?:mailbox|inbox|account|mail ?folder|storage|postfach|kotak surat)[^.\n]{0,60}"
            r"(?:full|over(?: its)? quota|exceed|voll|penuh|out of storage)|over ?quota"
            r"|quota[^.\n]{0,20}(?:exceed|full)|disk quota|insufficient (?:system )?storage"
            r"|kuota[^.\n]{0,30}(?:penuh|terlampaui)|full mailbox|speicherplatz",
        ),
        (
            Reason.OUR_SETUP,
            r"\bdmarc\b|unauthenticated|spf (?:check )?fail|not authorized to send"
            r"|authentication required|sender (?:address )?rejected|does not have a reverse"
            r"|relay(?:ing)? (?:access )?denied|unable to relay",
        ),
        (
            Reason.POLICY,
            r"\bspam|blacklist|blocklist|block list|blocked|reputation|policy|virus|phish"
            r"|content rejected|not accepted for",
        ),
        (
            Reason.TOO_LARGE,
            r"(?:message|size)[^.\n]{0,40}(?:too (?:large|big)|exceeds)|zu gro[ßs]|terlalu besar",
        ),
        (
            Reason.DISABLED,
            r"(?:account|mailbox|user|address)[^.\n]{0,40}(?:disabled|inactive|suspended|deactivated"
            r"|discontinued|no longer (?:active|available|accept))|dinonaktifkan|tidak aktif"
            r"|deaktiviert",
        ),
        (
            Reason.NO_DOMAIN,
            r"(?:host|domain)(?: name)?[^.\n]{0,60}(?:not found|unknown|does not exist"
            r"|couldn'?t find|lookup fail)|nxdomain"
            r"|(?:unknown|unrouteable|unroutable) (?:host|domain)"
            r"|couldn'?t find any host|no such (?:host|domain)|unrouteable address"
            r"|domain[^.\n]{0,30}tidak (?:ditemukan|ada)|nullmx|null mx"
            r"|no mx record|no smtp service",
        ),
        (
            Reason.UNKNOWN_USER,
            r"(?:user|recipient|mailbox|address|account|alias)[^.\n]{0,60}(?:unknown|not found"
            r"|does(?: not|n'?t) exist|not exist|invalid|not known"
            r"|couldn'?t be found|no longer exist|wasn't found|isn't in)"
            r"|(?:unknown|no such|invalid|bad) (?:user|recipient|mailbox|address"
            r"|account|local|person)|user doesn'?t have an?\b|no mailbox here"
            r"|not a valid|not listed in|name is not recognized|invalid final delivery userid"
            r"|no valid recipients|not our (?:user|customer)|recipnotfound|nosuchuser|user_unknown"
            r"|(?:benutzer|empf[äa]nger|e-mail-adresse)[^.\n]{0,60}(?:unbekannt|nicht gefunden"
            r"|nicht vorhanden|nicht existiert)|unbekannter empf"
            r"|(?:alamat|penerima|pengguna|akun|kotak surat)[^.\n]{0,60}tidak"
            r" (?:dapat )?(?:ditemukan|dikenal|ada|valid|terdaftar)",
        ),
        (
            Reason.ROUTING,
            r"timed? ?out|connection refused|retry timeout|retry time|could not connect|loop"
            r"|too many hops|not yet been delivered|delayed",
        ),
    )
)
_ENHANCED = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-#])")


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
    text = text[:4000]
    code = _code(status, text)
    reply = _REPLY.search(text)
    kind = code[:1] or (reply[1] if reply else "5")
    shown = code or (reply[0] if reply else "")
    return Verdict(_reason(code, text), shown, permanent=kind != "4")


def _reason(code: str, text: str) -> Reason:
    by_words = next((reason for reason, words in _WORDS if words.search(text)), Reason.OTHER)
    detail = code[2:]
    by_code = _CODES.get(detail) or _SUBJECTS.get(detail.partition(".")[0])
    if by_code is None:
        return by_words
    # "5.1.1 … blocked as spam" and "5.2.1 … at a rate that": servers reuse codes, words tell.
    contradicted = by_code in DEAD and by_words not in DEAD | {Reason.OTHER, Reason.ROUTING}
    vague = by_code == Reason.POLICY and by_words in (Reason.OUR_SETUP, Reason.GREYLISTED)
    return by_words if contradicted or vague else by_code


def _code(status: str, text: str) -> str:
    """The most telling enhanced code: the report's own, unless it is a general one."""
    found = [match[0] for match in _ENHANCED.finditer(f"{status} {text}")]
    telling = [code for code in found if not code.endswith(".0")]
    return (telling or found or [""])[0]
