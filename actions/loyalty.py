"""The loyalty card: joining, balance, history, expiry, tiers, rewards, a lost card."""

from datetime import timedelta

from rasa_sdk.events import SlotSet

from actions import guard, proof, reading
from actions.action import StoreAction
from actions.turn import Events, Turn, forget
from crm_store import audit, consents, customers, loyalty, touchpoints
from crm_store.models import Member
from crm_store.models.kinds import TouchKind

CONSENT = "utter_ask_enrol_form_enrol_consent"
CONSENT_VERSION = "loyalty-2026-1"
"""Raise it whenever the wording of CONSENT changes; a test compares the two."""
PURPOSE = "loyalty"
SOON_DAYS = 60
ENTRIES_SHOWN = 5
MONTH_DAYS = 30.44


class StartEnrol(StoreAction):
    """Begin joining: an existing card is found before a second one is made."""

    action = "action_start_enrol"
    form = "enrol_form"

    def answer(self, turn: Turn) -> Events:
        card = reading.card_number(turn.text)
        if card and not _is_own(turn, card):
            return _prove_card(turn, card)
        member = loyalty.member_of(turn.session, turn.context.customer_id)
        if member is not None:
            _tell_membership(turn, member)
            return []
        if not turn.context.verified and turn.context.kind in guard.SHARES_CONTACT:
            return guard.demand(turn, starts_form=True)
        customer = customers.get(turn.session, turn.context.customer_id)
        name = customer.name or turn.entity("person_name")
        named = SlotSet("enrol_name", name)
        return [named, *guard.fresh(self.form, "enrol_consent", "enrol_consent_message")]


class SubmitEnrol(StoreAction):
    """Record the consent with its wording and make the card, once."""

    action = "action_submit_enrol"

    def answer(self, turn: Turn) -> Events:
        if turn.slot("enrol_consent"):
            _enrol(turn)
        else:
            turn.say("utter_enrol_declined")
        return forget("enrol_consent", "enrol_consent_message", "enrol_name")


class Balance(StoreAction):
    """How many points there are, and which go soon."""

    action = "action_points_balance"
    private = True

    def answer(self, turn: Turn) -> Events:
        member = _member(turn)
        if member is None:
            return []
        points = loyalty.balance(turn.session, member.id, turn.context.now)
        tier = loyalty.tier_of(turn.session, member)
        turn.say(
            "utter_points_balance",
            points=turn.number(points),
            tier=tier.name if tier else "-",
            card_number=member.card_number,
        )
        soon = loyalty.expiring(turn.session, member.id, SOON_DAYS, at=turn.context.now)
        if soon:
            first = soon[0]
            values = {"points": turn.number(first.points), "day": turn.day(first.expires_at)}
            turn.say("utter_points_soon", **values)
        return []


class History(StoreAction):
    """The latest movements of points."""

    action = "action_points_history"
    private = True

    def answer(self, turn: Turn) -> Events:
        member = _member(turn)
        if member is None:
            return []
        entries = loyalty.history(turn.session, member.id, ENTRIES_SHOWN)
        items: list[dict[str, object]] = [
            {
                "day": turn.day(entry.at),
                "points": f"{'+' if entry.points > 0 else '-'}{turn.number(abs(entry.points))}",
                "what": turn.phrase(f"utter_word_{entry.kind}"),
            }
            for entry in entries
        ]
        if items:
            turn.say("utter_points_history", lines=turn.lines("utter_line_points", items))
        else:
            turn.say("utter_points_no_history")
        return []


class Expiring(StoreAction):
    """Points that expire soon."""

    action = "action_points_expiring"
    private = True

    def answer(self, turn: Turn) -> Events:
        member = _member(turn)
        if member is None:
            return []
        soon = loyalty.expiring(turn.session, member.id, SOON_DAYS, at=turn.context.now)
        items: list[dict[str, object]] = [
            {"points": turn.number(lot.points), "day": turn.day(lot.expires_at)} for lot in soon
        ]
        if items:
            turn.say("utter_points_expiring", lines=turn.lines("utter_line_expiring", items))
        else:
            turn.say("utter_points_none_expiring", days=SOON_DAYS)
        return []


class Tiers(StoreAction):
    """The tiers and what they take."""

    action = "action_tiers"

    def answer(self, turn: Turn) -> Events:
        items: list[dict[str, object]] = [
            {
                "name": tier.name,
                "points": turn.number(tier.threshold),
                "benefits": tier.benefits or "-",
            }
            for tier in loyalty.tiers(turn.session)
        ]
        turn.say("utter_tiers", lines=turn.lines("utter_line_tier", items))
        return []


class Rewards(StoreAction):
    """What points buy."""

    action = "action_rewards"

    def answer(self, turn: Turn) -> Events:
        turn.say("utter_rewards", lines=reward_lines(turn))
        return []


class CardLost(StoreAction):
    """A lost card is noted and handed to staff, who block and replace it."""

    action = "action_card_lost"
    private = True

    def answer(self, turn: Turn) -> Events:
        member = _member(turn)
        if member is None:
            return []
        context = turn.context
        subject = f"card {member.card_number} reported lost"
        touchpoints.add(
            turn.session,
            context.customer_id,
            TouchKind.NOTE,
            channel=context.channel,
            actor="customer",
            subject=subject,
            ref_type="member",
            ref_id=member.id,
        )
        audit.add(turn.session, "customer", "card_lost", "member", member.id)
        context.request_person(subject)
        turn.say("utter_card_lost", card_number=member.card_number)
        return guard.leave(turn)


def reward_lines(turn: Turn) -> str:
    """The rewards, one a line."""
    return turn.lines(
        "utter_line_reward",
        (
            {
                "name": reward.name,
                "description": reward.description or reward.name,
                "points": turn.number(reward.cost),
            }
            for reward in loyalty.rewards(turn.session)
        ),
    )


def _member(turn: Turn) -> Member | None:
    """The customer's membership; says how to join if there is none."""
    member = loyalty.member_of(turn.session, turn.context.customer_id)
    if member is None:
        turn.say("utter_not_member")
    return member


def _is_own(turn: Turn, card: str) -> bool:
    member = loyalty.member_of(turn.session, turn.context.customer_id)
    return turn.context.verified and member is not None and member.card_number == card


def _prove_card(turn: Turn, card: str) -> Events:
    """Somebody says they have this card: they must prove it before anything is said of it."""
    turn.say("utter_enrol_has_card")
    proof.send(turn, reading.Address("card", card))
    kept = [SlotSet("verify_next", "ask_points_balance"), SlotSet("verify_address", card)]
    return [*kept, *guard.fresh("verify_form", "verify_code")]


def _tell_membership(turn: Turn, member: Member) -> None:
    if turn.context.verified:
        turn.say("utter_already_member", card_number=member.card_number)
    else:
        turn.say("utter_verify_to_join")


def _enrol(turn: Turn) -> None:
    context = turn.context
    member = loyalty.member_of(turn.session, context.customer_id)
    if member is not None:
        _tell_membership(turn, member)
        return
    _name(turn)
    consent = consents.record(
        turn.session,
        context.customer_id,
        purpose=PURPOSE,
        granted=True,
        wording=turn.phrase(CONSENT),
        wording_version=CONSENT_VERSION,
        source_message_id=int(turn.slot("enrol_consent_message") or context.message_id),
        actor="customer",
    )
    member, _ = loyalty.enrol(
        turn.session, context.customer_id, consent_id=consent.id, source="bot"
    )
    turn.say("utter_enrolled", card_number=member.card_number)
    if context.verified:
        welcome(turn, member)
    else:
        turn.say("utter_enrolled_unverified")


def _name(turn: Turn) -> None:
    """A name is only added here; changing one has its own way."""
    customer = customers.get(turn.session, turn.context.customer_id)
    if not customer.name and turn.slot("enrol_name"):
        customers.rename(turn.session, customer.id, str(turn.slot("enrol_name")))


def welcome(turn: Turn, member: Member) -> None:
    """Give the welcome points, once per card."""
    context = turn.context
    points = context.company.welcome_points
    if points <= 0:
        return
    entry = loyalty.earn(
        turn.session,
        member.id,
        points,
        key=f"welcome:{member.id}",
        reason="welcome",
        expires_at=context.now + timedelta(days=context.company.points_months * MONTH_DAYS),
        at=context.now,
    )
    if entry.at == context.now:  # else these points were given earlier
        turn.say("utter_welcome_points", points=turn.number(points))


ACTIONS = (
    StartEnrol(),
    SubmitEnrol(),
    Balance(),
    History(),
    Expiring(),
    Tiers(),
    Rewards(),
    CardLost(),
)
