"""One IMAP session through imap-tools: blocking, for a thread of its own. UID commands only."""

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from channels.email import listening
from channels.email.config import Imap
from channels.errors import Misconfigured, Unreachable

if TYPE_CHECKING:
    from imap_tools import BaseMailBox

log = logging.getLogger(__name__)

# strftime("%b") would follow the machine's language.
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
GOODBYE_SECONDS = 2.0
"""Nobody waits longer for the answer to a sign-out."""
# A server may give what is short as a quoted string, and what is empty as NIL (RFC 9051 4.5).
_INLINE = re.compile(
    rb'BODY\[(?:HEADER)?\](?:<0>)? (?:NIL\b|"((?:[^"\\]|\\.)*)")', re.IGNORECASE | re.DOTALL
)
# What a library makes of bytes that nobody foresaw.
_ODD = (ValueError, LookupError, TypeError, AttributeError)


class Session:
    """Signed in with the folder selected; `validity` is its UIDVALIDITY.

    Every method raises Unreachable if the connection or the server fails, Misconfigured if the
    server refuses the sign-in or has no such folder.
    """

    def __init__(self, imap: Imap) -> None:
        self._imap = imap
        self._box: BaseMailBox | None = None
        self.validity = 0
        self.next_uid: int | None = None
        self.can_idle = False
        self.idling = False

    def open(self, folder: str | None = None) -> None:
        """Connect, sign in, select."""
        with _translated("cannot be reached"):
            self._box = _connect(self._imap)
        self._sign_in()
        with _translated("did not answer"):
            # After the sign-in servers may know more than before it.
            _, known = self._client.capability()
        self.can_idle = b"IDLE" in b" ".join(each for each in known if each).upper().split()
        self.select(folder or self._imap.folder)

    def select(self, folder: str) -> None:
        """Go to a folder, or to the same again; what is there is not marked by that."""
        from imap_tools.errors import MailboxFolderSelectError

        try:
            with _translated(f"cannot select {folder!r}", besides=(MailboxFolderSelectError,)):
                self._go_to(folder)
        except MailboxFolderSelectError as error:
            said = _said(error.command_result[1])
            raise Misconfigured(f"imap has no folder {folder!r}: {said}", code="folder") from error
        self.validity = self._number("UIDVALIDITY")
        self.next_uid = self._number("UIDNEXT") or None

    def _go_to(self, folder: str) -> None:
        try:
            self._known.folder.set(folder)
        except imaplib.IMAP4.readonly:
            # Reading is what we are here for; flags then stay as they are.
            self._known.folder.set(folder, readonly=True)

    def newest(self) -> int:
        """The highest UID that the folder had when it was selected, 0 if it has none."""
        if self.next_uid is not None:
            return self.next_uid - 1
        return max(self._search("ALL"), default=0)

    def after(self, uid: int) -> list[int]:
        """The UIDs above `uid`: "n:*" also gives the last one, whatever n is (RFC 9051 6.4.9)."""
        self._client.untagged_responses.pop("EXISTS", None)
        return [found for found in self._search(f"UID {uid + 1}:*") if found > uid]

    def since(self, day: date | None) -> list[int]:
        """The UIDs of what arrived on that day or later (None: of everything)."""
        if day is None:
            return self._search("ALL")
        return self._search(f"SINCE {day.day}-{_MONTHS[day.month - 1]}-{day.year}")

    def has(self, uid: int) -> bool:
        """Whether there is a mail with this UID."""
        return uid in self._search(f"UID {uid}")

    def fetch(self, uid: int, *, head_only: bool = False) -> bytes | None:
        """A mail's bytes, at most `largest` of them, without marking it; None if it is gone."""
        part = "HEADER" if head_only else ""
        with _translated(f"did not give mail {uid}"):
            what = f"(BODY.PEEK[{part}]<0.{self._imap.largest}>)"
            status, data = self._client.uid("FETCH", str(uid), what)
        found = _content(data) if status == "OK" else None
        if found is None and self.has(uid):
            raise Unreachable(f"the IMAP server did not give mail {uid}: {status} {_said(data)}")
        return None if found is None else found[: self._imap.largest]

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Set \\Seen. Not imap-tools' `flag`, which also expunges what people have deleted."""
        if self._client.is_readonly:
            return
        numbers = ",".join(str(uid) for uid in uids)
        try:
            with _translated("did not set a flag", besides=(imaplib.IMAP4.error,)):
                status, data = self._client.uid("STORE", numbers, "+FLAGS.SILENT", r"(\Seen)")
        except imaplib.IMAP4.abort as error:
            raise Unreachable(f"the IMAP server hung up: {error}") from error
        except imaplib.IMAP4.error as error:
            status, data = "BAD", [str(error).encode()]
        if status != "OK":
            log.warning("the IMAP server does not set flags: %s", _said(data))

    def find(self, criteria: str) -> bool:
        """Whether the selected folder has a mail that fits the search."""
        return bool(self._search(criteria))

    def start_idle(self) -> bool:
        """Begin to listen; False if the server refuses what it has offered.

        What the server still says before its "+" is news like any other.
        """
        from imap_tools.errors import MailboxTaggedResponseError

        with _translated("refused IDLE"):
            try:
                self._known.idle.start()  # type: ignore[no-untyped-call] # the library has no types
            except MailboxTaggedResponseError as error:
                self.can_idle = bytes(error.command_result[0] or b"").startswith(b"* ")
        self.idling = self.can_idle
        return self.idling

    def hear(self, seconds: float) -> bool:
        """Whether the server says anything within so long while idle, or has since `after`.

        A server may tell of new mail in its answer to the search (RFC 9051 5.2), and not again.
        The end of the connection is something too: `stop_idle` finds out.
        """
        if "EXISTS" in self._client.untagged_responses:
            return True
        with _translated("hung up"):
            return listening.hear(self._client, seconds)

    def stop_idle(self) -> None:
        """Send DONE and wait for the answer."""
        self.idling = False
        with _translated("hung up"):
            self._known.idle.stop()  # type: ignore[no-untyped-call] # the library has no types

    def abandon(self) -> None:
        """Break the connection off, from any thread: what waits for the server stops waiting."""
        box = self._box
        if box is not None:
            with suppress(OSError, AttributeError):
                # Not the TLS socket's own method: it would go on in the clear.
                socket.socket.shutdown(box.client.sock, socket.SHUT_RDWR)

    def close(self) -> None:
        """Sign out if the connection still allows it within seconds, and let go of it."""
        box, self._box = self._box, None
        if box is None:
            return
        from imap_tools.errors import ImapToolsError

        try:
            box.client.sock.settimeout(GOODBYE_SECONDS)
            if self.idling:
                box.idle.stop()  # type: ignore[no-untyped-call] # the library has no types
            box.client.logout()
        except (ImapToolsError, imaplib.IMAP4.error, OSError, *_ODD):
            log.debug("the IMAP connection was already gone")
            # The library leaves it open then.
            with suppress(OSError, AttributeError):
                box.client.shutdown()

    @property
    def _known(self) -> "BaseMailBox":
        if self._box is None:
            raise Unreachable("the IMAP session is closed")
        return self._box

    @property
    def _client(self) -> imaplib.IMAP4:
        return self._known.client

    def _sign_in(self) -> None:
        from imap_tools.errors import MailboxLoginError

        name, password = self._imap.username, self._imap.password.get_secret_value()
        refused = (MailboxLoginError, imaplib.IMAP4.error)
        sign_in = self._known.login if (name + password).isascii() else self._known.login_utf8
        try:
            with _translated("did not answer the sign-in", besides=refused):
                sign_in(name, password, initial_folder=None)
        except imaplib.IMAP4.abort as error:
            raise Unreachable(f"the IMAP server hung up at the sign-in: {error}") from error
        except refused as error:
            raise Misconfigured("the IMAP server refuses the sign-in", code="login") from error

    def _search(self, criteria: str) -> list[int]:
        with _translated("did not search"):
            # Without a charset: servers may refuse even US-ASCII.
            return sorted(int(uid) for uid in self._known.uids(criteria, charset=None))

    def _number(self, name: str) -> int:
        _, data = self._client.response(name)
        value = data[-1] if data else None
        return int(value) if value and value.isdigit() else 0


@contextmanager
def _translated(what: str, besides: tuple[type[Exception], ...] = ()) -> Iterator[None]:
    """The libraries' many errors as ours; those in `besides` pass."""
    from imap_tools.errors import ImapToolsError

    try:
        yield
    except besides:
        raise
    except ssl.SSLCertVerificationError as error:
        raise Misconfigured(f"the IMAP server's certificate is not trusted: {error}") from error
    except (ImapToolsError, imaplib.IMAP4.error, OSError, *_ODD) as error:
        raise Unreachable(f"the IMAP server {what}: {error}"[:300]) from error


def _content(data: Sequence[Any] | None) -> bytes | None:
    """What a FETCH gave among all that the server said meanwhile; None if it gave nothing."""
    for part in data or ():
        if isinstance(part, tuple) and b"BODY[" in part[0].upper():
            return bytes(part[1])
        inline = _INLINE.search(part) if isinstance(part, bytes) else None
        if inline:
            return re.sub(rb"\\(.)", rb"\1", inline[1] or b"", flags=re.DOTALL)
    return None


def _said(data: Sequence[Any] | None) -> str:
    """A server's words for a log line."""
    return b" ".join(each for each in data or () if isinstance(each, bytes)).decode(
        "utf-8", "replace"
    )[:200]


def _connect(imap: Imap) -> "BaseMailBox":
    # Loaded at first use: start-up stays light.
    from imap_tools import MailBox, MailBoxStartTls, MailBoxUnencrypted

    if imap.tls == "none":
        return MailBoxUnencrypted(imap.host, imap.port, timeout=imap.timeout_seconds)
    try:
        context = ssl.create_default_context(cafile=imap.ca_file)
    except OSError as error:
        raise Misconfigured(f"imap.ca_file cannot be read: {error}", code="tls") from error
    kind = MailBox if imap.tls == "implicit" else MailBoxStartTls
    return kind(imap.host, imap.port, timeout=imap.timeout_seconds, ssl_context=context)
