"""Promotions ended or begun again: what is recorded as evidence, and what is said."""

from actions import stop_words
from actions.turn import Turn
from crm_store import consents


def stop(turn: Turn) -> None:
    """No promotion on any channel from now on."""
    _record(turn, channel=consents.ALL, granted=False)
    turn.say("utter_stopped")


def start(turn: Turn) -> None:
    """Promotions again, but only on the channel this was written on."""
    _record(turn, channel=turn.context.kind, granted=True)
    turn.say("utter_started")


def _record(turn: Turn, *, channel: str, granted: bool) -> None:
    """The customer's own words are the evidence; the same message counts once."""
    context = turn.context
    earlier = consents.of_customer(turn.session, context.customer_id)
    if any(one.source_message_id == context.message_id for one in earlier):
        return
    consents.record(
        turn.session,
        context.customer_id,
        purpose=consents.MARKETING,
        channel=channel,
        granted=granted,
        wording=context.text,
        wording_version=stop_words.VERSION,
        source_message_id=context.message_id,
        actor="customer",
    )
