"""Reports other than on delivery: complaints (ARF, RFC 5965) and read receipts (MDN, RFC 8098)."""

import re
from dataclasses import dataclass

from channels.base import DeliveryStatus
from channels.email import headers
from channels.email.headers import Headers
from channels.email.mime import Part, parse

_FEEDBACK = ("message/feedback-report",)
# What servers say of mails that failed a check, or were no spam (RFC 6591): nobody complained.
_NO_COMPLAINT = re.compile(r"not-spam|auth-failure|dkim|dmarc|spf")
_PASSED_ON = re.compile(r"\W*(?:re|fwd?|aw|wg|tr|rv|balas|trs|bls) ?:", re.IGNORECASE)
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
    recipient: str = ""


def complaint(mail: Part) -> Complaint | None:
    """The feedback report in a mail, if somebody complains in it."""
    fields = _feedback(mail) or _of_outlook(mail) or _of_apple(mail)
    kind = fields.get("feedback-type").strip().lower() if fields else ""
    if fields is None or _NO_COMPLAINT.match(kind):
        return None
    named = fields.all("original-rcpt-to") + fields.all("removal-recipient")
    found = headers.mailboxes(named)
    return Complaint(
        kind or "abuse", found[0].address if found else "", fields.get("original-mail-from")
    )


def is_report(mail: Part) -> bool:
    """Whether a mail is a server's report of any kind, that the others here do not read."""
    return mail.content_type == "multipart/report" or _feedback(mail) is not None


def _feedback(mail: Part) -> Headers | None:
    """Gateways turn the report into a mixture; people pass such reports on."""
    found = _fields(mail, _FEEDBACK)
    if found or _PASSED_ON.match(mail.headers.text("subject")):
        return found
    part = next((part for part in mail.parts if part.content_type in _FEEDBACK), None)
    return headers.read(part.content().strip(b"\r\n").replace(b"\r\n", b"\n")) if part else None


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
    about = fields.get("original-recipient") or fields.get("final-recipient")
    named = headers.mailboxes([about.partition(";")[2]])
    recipient = named[0].address if named else ""
    return ReadReceipt(headers.first_id(fields.get("original-message-id")), status, recipient)


def _rejects(mail: Part) -> bool:
    declared = "rejected" in mail.headers.get("auto-submitted").lower()
    words = next((part.text() for part in mail.walk() if part.content_type == "text/plain"), "")
    return declared or bool(_REJECTED.search(words[:2000]))


def _fields(mail: Part, types: tuple[str, ...]) -> Headers | None:
    if mail.content_type != "multipart/report":
        return None
    part = next((part for part in mail.walk() if part.content_type in types), None)
    return headers.read(part.content().strip(b"\n")) if part else None
