"""What became of a mail whose sending broke off: asked of our own mailbox (C8.2)."""

from datetime import UTC, datetime, timedelta

from channels.base import Receipt
from channels.email.config import Imap
from channels.email.imap import Session
from channels.errors import Unreachable

SETTLED = timedelta(minutes=10)
"""Before that a mail may still be on its way into the folder."""


def look_up(
    imap: Imap | None, message_id: str, reply_to: str, tried_at: datetime
) -> Receipt | None:
    """The receipt if our Message-ID is in the sent folder, or anything came back to it.

    That may be an answer, but also a bounce: it proves that the mail was sent, not more.
    `reply_to` is where answers to this mail go, "" if that tells nothing of which it was.

    None, "provably not sent", only where `imap.sent_is_complete` says that the SMTP server files
    everything it took. Raises Unreachable if that cannot be told: a person decides. Blocking.
    """
    if imap is None:
        raise Unreachable("no imap is configured to look the mail up in")
    session = Session(imap)
    try:
        session.open(imap.sent_folder)
        if imap.sent_folder:
            if session.find(f'HEADER Message-ID "{message_id}"'):
                return Receipt(message_id, (message_id,))
            session.select(imap.folder)
        back = [f'HEADER {name} "{message_id}"' for name in ("In-Reply-To", "References")]
        if any(session.find(each) for each in (*back, *([f'TO "{reply_to}"'] if reply_to else ()))):
            return Receipt(message_id, (message_id,))
    finally:
        session.close()
    if not (imap.sent_folder and imap.sent_is_complete):
        raise Unreachable("the mailbox cannot tell whether the mail was sent")
    if datetime.now(UTC) - tried_at < SETTLED:
        raise Unreachable("too early to say that the mail was not sent")
    return None
