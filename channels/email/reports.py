"""Reports other than on delivery: complaints (ARF, RFC 5965) and read receipts (MDN, RFC 8098)."""

import re
from dataclasses import dataclass

from channels.base import DeliveryStatus
from channels.email import headers
from channels.email.headers import Headers
from channels.email.mime import Part, parse

_FEEDBACK = ("message/feedback-report",)
_OUTLOOK = re.compile(r"complaint about message from\b", re.IGNORECASE)
_REJECTED = re.compile(r"(?:was|been) (?:automatically )?(?:rejected|refused)", re.IGNORECASE)
_UNSUBSCRIBED = re.compile(r"Apple Mail sent this email to unsubscribe\b", re.IGNORECASE)
_RECEIPT = ("message/disposition-notification", "message/global-disposition-notification")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Somebody pressed "spam". `address` is "" if the provider hides it."""

    kind: str
    address: str
    envelope: str
    """The envelope sender of our mail, which may carry our token."""


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """What a mail program says became of our mail."""

    message_id: str | None
    status: DeliveryStatus


def complaint(mail: Part) -> Complaint | None:
    """The feedback report in a mail, if it is one and no praise ("not-spam")."""
    fields = _fields(mail, _FEEDBACK) or _of_outlook(mail) or _of_apple(mail)
    kind = fields.get("feedback-type").strip().lower() if fields else ""
    if fields is None or kind == "not-spam":
        return None
    named = fields.all("original-rcpt-to") + fields.all("removal-recipient")
    found = headers.mailboxes(named)
    return Complaint(
        kind or "abuse", found[0].address if found else "", fields.get("original-mail-from")
    )


def _of_outlook(mail: Part) -> Headers | None:
    """Outlook.com's own form of a complaint: our mail attached, the recipient in its header."""
    attached = next((part for part in mail.parts if part.content_type == "message/rfc822"), None)
    if attached is None or not _OUTLOOK.match(mail.headers.text("subject")):
        return None
    inner = parse(attached.content()).headers
    recipient = inner.get("x-hmxmroriginalrecipient") or inner.get("to")
    return Headers((("feedback-type", "abuse"), ("original-rcpt-to", recipient)))


def _of_apple(mail: Part) -> Headers | None:
    """What Apple Mail sends when "Unsubscribe" is pressed: it names the writer and nobody else."""
    if mail.headers.text("subject").lower() != "unsubscribe" or mail.parts:
        return None
    if not _UNSUBSCRIBED.match(mail.text().lstrip()):
        return None
    sender = mail.headers.get("from")
    return Headers((("feedback-type", "opt-out"), ("original-rcpt-to", sender)))


def read_receipt(mail: Part) -> ReadReceipt | None:
    """A disposition notification: status only, never an answer."""
    fields = _fields(mail, _RECEIPT)
    if fields is None:
        return None
    disposition = fields.get("disposition").lower().partition(";")[2]
    status = DeliveryStatus.READ if "displayed" in disposition else DeliveryStatus.DELIVERED
    # Sieve's "reject" and a full mailbox in Dovecot are told this way (RFC 5429 2.1.1).
    if "deleted" in disposition and _rejects(mail):
        status = DeliveryStatus.FAILED
    return ReadReceipt(headers.first_id(fields.get("original-message-id")), status)


def _rejects(mail: Part) -> bool:
    declared = "rejected" in mail.headers.get("auto-submitted").lower()
    words = next((part.text() for part in mail.walk() if part.content_type == "text/plain"), "")
    return declared or bool(_REJECTED.search(words[:2000]))


def _fields(mail: Part, types: tuple[str, ...]) -> Headers | None:
    if mail.content_type != "multipart/report":
        return None
    part = next((part for part in mail.walk() if part.content_type in types), None)
    return headers.read(part.content().strip(b"\n")) if part else None
