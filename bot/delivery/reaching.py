"""What is heard about an address: blocked, dead, opted out, well again. Newer news wins."""

from bot.unsubscribe import withdrawing
from channels.base import ChannelKind
from crm_store import identities, reach
from crm_store.models import Identity
from crm_store.models.kinds import IdentityState
from crm_store.reach import Event
from crm_store.session import Session

REPORTED = "mail-report-1"


def learn(
    session: Session,
    event: Event,
    state: IdentityState,
    *,
    said: str | None = None,
    message_id: int | None = None,
) -> None:
    """Keep what an event says, once. `said` and `message_id` are evidence of an opt-out.

    For mail an opt-out is a withdrawal of consent, which its reader can take back by writing to
    us. On other channels it is a block at the provider, which only the provider lifts.
    """
    if event.kind != ChannelKind.EMAIL or state != IdentityState.OPTED_OUT:
        reach.note(session, event, state)
    elif reach.is_news(session, event):
        identity = identities.at(session, event.kind, event.address)
        if identity is not None:
            _withdraw(session, identity, said, message_id)


def _withdraw(
    session: Session, identity: Identity, said: str | None, message_id: int | None
) -> None:
    withdrawing.withdraw(
        session,
        identity,
        wording=said or "opted out at the mail provider",
        version=REPORTED,
        message_id=message_id,
    )
