"""Our mail, built so that nothing a customer wrote can become a header (C5.5)."""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8, EmailPolicy
from email.utils import format_datetime
from typing import Any

from channels.base import Limits, OutboundMessage
from channels.email.config import Config
from channels.email.tokens import UNSUBSCRIBE, Tokens
from channels.errors import Refused
from channels.render import render

LIMITS = Limits(text=1_000_000)
"""No buttons (they become a numbered list), attachments become links, text as long as it likes."""
MOST_REFERENCES = 20
STAFF = "staff"

_ID = re.compile(r"<[!-;=?-~]{3,900}>")
_REPLIED = re.compile(r"(?:(?:re|bls|balas|aw|sv|fw|fwd|tr|wg)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_LINK = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)\]]")
_STOP = {"id": "Berhenti menerima email seperti ini", "en": "Stop receiving mail like this"}


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail for one recipient, ready for SMTP. `sender` is the envelope's."""

    message_id: str
    sender: str
    recipient: str
    content: bytes
    utf8: bool


def compose(message: OutboundMessage, config: Config, tokens: Tokens, at: datetime) -> Mail:
    """The mail for a message; the same message gives the same Message-ID. Raises Refused."""
    recipient, utf8 = _recipient(message.to)
    shown = render(replace(message, to=recipient), LIMITS)
    text = "\n".join(part.text for part in shown) + _footer(message)
    mail = EmailMessage(policy=_policy(utf8))
    own = tokens.address(message.id) if config.plus_addresses else config.address
    try:
        for name, value in _fields(message, config, tokens, at).items():
            mail[name] = value
        mail["To"] = Address("", *recipient.rsplit("@", 1))
        mail["Reply-To"] = Address(config.display_name or "", addr_spec=own)
        mail.set_content(text, cte="quoted-printable")
        mail.add_alternative(_html(text, message.language), subtype="html", cte="quoted-printable")
        content = mail.as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Refused(f"cannot be made a mail: {error}") from error
    # The envelope carries the token too: bounces come back to it (VERP).
    return Mail(tokens.message_id(message.id), own, recipient, content, utf8)


def _fields(
    message: OutboundMessage, config: Config, tokens: Tokens, at: datetime
) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "From": Address(config.display_name or "", addr_spec=config.address),
        "Subject": subject(message.thread, config.subject),
        "Date": format_datetime(at.astimezone(UTC)),
        "Message-ID": tokens.message_id(message.id),
        **threading(message.thread),
        "X-Loop": config.address,
    }
    if message.thread.get("author") != STAFF:
        fields["Auto-Submitted"] = _automatic(message.thread)
        fields["X-Auto-Response-Suppress"] = "All"
    if message.marketing:
        fields.update(_unsubscribe(message, config, tokens))
    return fields


def _automatic(thread: Mapping[str, Any]) -> str:
    """RFC 3834 5: an answer is auto-replied, what nobody asked for auto-generated."""
    return "auto-replied" if thread.get("message_id") else "auto-generated"


def threading(thread: Mapping[str, Any]) -> dict[str, str]:
    """In-Reply-To and References (RFC 5322 3.6.4): C1.1; the middle is left out: C1.6."""
    parent = _ids([thread.get("message_id")])
    if not parent:
        return {}
    before = _ids(thread.get("references"))
    single = _ids(thread.get("in_reply_to"))
    fields = {"In-Reply-To": parent[0]}
    if before or len(single) <= 1:
        chain = list(dict.fromkeys([*(before or single), parent[0]]))
        if len(chain) > MOST_REFERENCES:
            chain = [chain[0], *chain[1 - MOST_REFERENCES :]]
        fields["References"] = " ".join(chain)
    return fields


def subject(thread: Mapping[str, Any], default: str) -> str:
    """ "Re: …" once, however often and in whatever language it stands there already."""
    given = re.sub(r"[\x00-\x1f\x7f\s]+", " ", str(thread.get("subject") or "")).strip()
    if not thread.get("message_id"):
        return given[:250] or default
    return f"Re: {_REPLIED.sub('', given, count=1)[:250].strip() or default}"


def _unsubscribe(message: OutboundMessage, config: Config, tokens: Tokens) -> dict[str, str]:
    """RFC 2369 and RFC 8058: one click on the page, or a mail. Marketing only (C9.1)."""
    mailto = f"mailto:{config.address}?subject=unsubscribe"
    if config.plus_addresses:
        mailto = f"mailto:{tokens.address(message.id, UNSUBSCRIBE)}?subject=unsubscribe"
    url = message.unsubscribe_url or ""
    if not re.fullmatch(r"https://[!-;=?-~]{4,1500}", url):
        return {"List-Unsubscribe": f"<{mailto}>"}
    return {
        "List-Unsubscribe": f"<{url}>, <{mailto}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def _footer(message: OutboundMessage) -> str:
    url = message.unsubscribe_url
    if not (message.marketing and url) or url in message.text:
        return "\n"
    return f"\n\n{_STOP.get(message.language, _STOP['id'])}: {url}\n"


def _recipient(address: str) -> tuple[str, bool]:
    """The address as SMTP takes it, and whether it needs SMTPUTF8. Raises Refused."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise Refused("the recipient's domain is none", code="5.1.3") from error
    whole = f"{local}@{ascii_domain}"
    if not re.fullmatch(r"[^\s<>\"(),:;@\\\x00-\x1f\x7f]{1,64}@[A-Za-z0-9.-]{3,255}", whole):
        raise Refused("the recipient is not an email address", code="5.1.3")
    return whole, not local.isascii()


def _policy(utf8: bool) -> "EmailPolicy[Any]":
    """Short lines: long ids fold only between ids; 8-bit never leaves, so DKIM survives relays."""
    return SMTPUTF8 if utf8 else SMTP


def _ids(given: Any) -> list[str]:
    """Only what looks like an id: what a customer's header held is never copied as it is."""
    values = given if isinstance(given, Sequence) and not isinstance(given, str) else [given]
    return [each for each in values if isinstance(each, str) and _ID.fullmatch(each)]


def _html(text: str, language: str) -> str:
    """The same text for programs that show only HTML: escaped, paragraphs, links."""
    paragraphs = "".join(
        f"<p>{'<br>'.join(_linked(line) for line in block.splitlines())}</p>"
        for block in re.split(r"\n\s*\n", text.strip())
    )
    code = language if re.fullmatch(r"[a-z]{2,3}", language) else "id"
    return f'<!DOCTYPE html><html lang="{code}"><body>{paragraphs}</body></html>'


def _linked(line: str) -> str:
    pieces: list[str] = []
    at = 0
    for match in _LINK.finditer(line):
        url = html.escape(match[0])
        pieces += [html.escape(line[at : match.start()]), f'<a href="{url}">{url}</a>']
        at = match.end()
    return "".join([*pieces, html.escape(line[at:])])
