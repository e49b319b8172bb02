"""Whether an idle IMAP connection has something to say: nothing of it is taken away here.

The library's own way asks the socket alone. What came in one packet with the "+", or in one TLS
record with it, has left the socket already and would be heard at the next renewal only.
"""

import imaplib
import select
import ssl
from io import BufferedReader
from typing import cast


def hear(client: imaplib.IMAP4, seconds: float) -> bool:
    """Whether there is something to read within so long: news, or the end of the connection.

    Raises OSError if the connection broke.
    """
    if _waiting(client):
        return True
    poller = select.poll()
    poller.register(client.sock.fileno(), select.POLLIN)
    return bool(poller.poll(seconds * 1000)) and _waiting(client, or_ended=True)


def _waiting(client: imaplib.IMAP4, *, or_ended: bool = False) -> bool:
    """Whether a byte waits for us; at the end of the connection there is none, for ever."""
    kept = getattr(client, "_readbuf", None)  # Python 3.14 has a buffer of its own
    if kept is not None:
        return bool(kept) or _pending(client) or or_ended
    before = client.sock.gettimeout()
    client.sock.settimeout(0)
    try:
        # What makefile("rb") gives is a BufferedReader, whatever the stubs say.
        return bool(cast(BufferedReader, client.file).peek(1)) or or_ended
    except ssl.SSLWantReadError:
        # A piece of a TLS record, or one that is TLS's own.
        return False
    finally:
        client.sock.settimeout(before)


def _pending(client: imaplib.IMAP4) -> bool:
    return isinstance(client.sock, ssl.SSLSocket) and client.sock.pending() > 0
