"""Whether a polled channel can be fetched from, kept where staff sees it."""

from datetime import datetime, timedelta

from channels.base import Channel, Listening
from crm_store import troubles
from crm_store.session import Session, now
from crm_store.troubles import Sender

LASTING = timedelta(seconds=30)
"""A server that is away for a moment, or restarted, is no news."""


class Hearing:
    """What one process tells the store of one channel, while it is the one that polls."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._began = now()
        self._since: datetime | None = None
        self._known: tuple[str | None, ...] = ()
        self._news: tuple[str | None, ...] = ()

    def keep(self, session: Session) -> None:
        """Write it down if it changed; `kept` must follow once that is committed."""
        said = self._lasting()
        if said is None and not self._known and now() - self._began < LASTING:
            return  # nothing was heard yet; what an earlier process wrote down stands
        self._news = (said,)
        if self._news == self._known:
            return
        if said is None or self._since is None:
            troubles.receives(session, self._channel.name)
        else:
            poller = Sender(self._channel.name, self._channel.kinds[0].value)
            troubles.cannot_receive(session, poller, since=self._since, said=said)

    def kept(self) -> bool:
        """What was written down is known from now on; whether it was something new."""
        new, self._known = self._news != self._known, self._news
        return new

    def _lasting(self) -> str | None:
        """The trouble there is, once it has lasted a while."""
        said = self._channel.trouble if isinstance(self._channel, Listening) else None
        at = now()
        self._since = (self._since or at) if said is not None else None
        return said if self._since is not None and at - self._since >= LASTING else None
