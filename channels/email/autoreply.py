"""Mail that no person wrote to us, and mail that goes in circles: never answered (C2)."""

import re
from collections.abc import Sequence

from channels.email import headers
from channels.email.headers import Headers, Mailbox
from channels.email.tokens import Tokens

MOST_HOPS = 50
LOOP_HEADER = "x-loop"

_MARKERS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-auto-reply",
    "x-failed-recipients",
)
_MASS = frozenset(("bulk", "junk", "list", "auto_reply", "auto-reply"))
_LISTS = ("list-id", "list-post", "list-unsubscribe")
_ROLES = re.compile(
    r"mailer-daemon|postmaster|owner-.+|.+-(?:owner|request|bounces?)|bounces?(?:[+=-].*)?"
    r"|(?:no|do-?not|jangan)[-_.]?(?:reply|balas)(?:[+-].*)?",
)
_AWAY = re.compile(
    r"(?:automatic reply|auto(?:matic)?[- ]?(?:reply|response|respond)|autoreply|out of office"
    r"|out of the office"
    r"|balasan otomatis|jawaban otomatis|respons? otomatis|sedang cuti|di luar kantor"
    r"|abwesenheit|automatische antwort|r[ée]ponse automatique|respuesta autom[áa]tica)\b",
    re.IGNORECASE,
)


def reason(fields: Headers, sender: Mailbox | None, tokens: Tokens) -> str | None:
    """Why this mail must not be answered, None if a person may be waiting for an answer.

    `X-Auto-Response-Suppress` alone says nothing of the kind: Exchange puts it on people's mail.
    """
    for found in (
        loop(fields, sender, tokens),
        _declared(fields),
        _mass(fields, tokens),
        _role(sender),
        _away(fields),
    ):
        if found:
            return found
    return None


def loop(fields: Headers, sender: Mailbox | None, tokens: Tokens) -> str | None:
    """Whether our own mail came back, or this one has passed too many servers."""
    if sender and tokens.is_own_address(sender.address):
        return "loop: our own address"
    if tokens.own(headers.first_id(fields.get("message-id")) or ""):
        return "loop: our own Message-ID"
    if any(tokens.is_own_address(value.strip()) for value in fields.all(LOOP_HEADER)):
        return "loop: our own loop header"
    if len(fields.all("received")) >= MOST_HOPS:
        return "loop: too many hops"
    return None


def _declared(fields: Headers) -> str | None:
    """RFC 3834 section 5: any keyword but "no", with comments and parameters left aside."""
    for value in fields.all("auto-submitted"):
        keyword = re.sub(r"\([^()]*\)", " ", value).partition(";")[0].strip().lower()
        if keyword and keyword != "no":
            return "auto-submitted"
    if any(value.strip() == "<>" for value in fields.all("return-path")):
        return "null return path"
    found = next((name for name in _MARKERS if name in fields), None)
    return f"header {found}" if found else None


def _mass(fields: Headers, tokens: Tokens) -> str | None:
    """Lists and bulk. A list at our own domain is how our mailbox gets its mail (groups)."""
    if _is_own_group(fields, tokens):
        return None
    found = next((name for name in _LISTS if name in fields), None)
    if found:
        return f"header {found}"
    precedence = fields.get("precedence").strip().lower()
    return f"precedence {precedence}" if precedence in _MASS else None


def _is_own_group(fields: Headers, tokens: Tokens) -> bool:
    given = re.search(r"<([^<>\s]{1,255})>", fields.get("list-id"))
    name, _, rest = given[1].partition(".") if given else ("", "", "")
    return bool(name) and tokens.is_own_address(f"{name}@{rest}")


def _role(sender: Mailbox | None) -> str | None:
    local = sender.address.rpartition("@")[0] if sender else ""
    return f"sender {local[:60]}" if _ROLES.fullmatch(local) else None


def _away(fields: Headers) -> str | None:
    """A subject of an absence note counts only together with another sign (C2.5)."""
    if not _AWAY.match(fields.text("subject")):
        return None
    signs = ("x-auto-response-suppress", "in-reply-to", "references")
    return "absence note" if any(name in fields for name in signs) else None


def answered(fields: Headers, tokens: Tokens) -> str | None:
    """Our message that this one answers: any id of In-Reply-To, then References (C1.2)."""
    return own_of(headers.ids(fields.get("in-reply-to")), tokens) or own_of(
        list(reversed(headers.ids(" ".join(fields.all("references"))))), tokens
    )


def own_of(found: Sequence[str], tokens: Tokens) -> str | None:
    """The first id that we made."""
    return next((own for each in found if (own := tokens.own(each))), None)
