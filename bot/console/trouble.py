"""Channels that cannot send or receive just now, as staff is told of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.console.access import Visit
from channels.base import Channel, Listening
from crm_store import troubles
from crm_store.models import ChannelTrouble
from crm_store.models.kinds import StaffRole, Way
from crm_store.session import Session

ACTS = (StaffRole.SUPERVISOR, StaffRole.ADMIN)
"""Who is shown the provider's own words: they may name accounts and servers."""
SENDING = "Messages wait; one is tried each minute."
RECEIVING = "What customers write there does not arrive."
ASK = "Tell whoever looks after Akrab."
MEND = "Mend that; akrab check shows more."


@dataclass(frozen=True, slots=True)
class Notice:
    """One channel's trouble. `said` is None for those who cannot act on it."""

    trouble: ChannelTrouble
    said: str | None

    @property
    def cannot(self) -> str:
        """send or receive."""
        return self.trouble.way.value

    @property
    def means(self) -> str:
        """What becomes of messages meanwhile."""
        return RECEIVING if self.trouble.way == Way.RECEIVE else SENDING

    @property
    def todo(self) -> str:
        """What whoever reads it can do."""
        return ASK if self.said is None else MEND


def notices(session: Session, visit: Visit) -> Sequence[Notice]:
    """What staff should know of the channels that are configured, the oldest first."""
    told = visit.staff.role in ACTS
    return [
        Notice(one, one.said.rstrip(" .") if told else None)
        for one in troubles.current(session)
        if _is_ours(one, visit.app.channels.get(one.channel))
    ]


def _is_ours(trouble: ChannelTrouble, channel: Channel | None) -> bool:
    """Not what was left by a channel that is not configured, or not polled, any more."""
    if channel is None or trouble.kind not in channel.kinds:
        return False
    return trouble.way == Way.SEND or isinstance(channel, Listening)
