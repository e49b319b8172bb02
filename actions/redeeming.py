"""Buying a reward with points: chosen, confirmed, paid once."""

from rapidfuzz import fuzz, process, utils
from rasa_sdk.events import SlotSet

from actions import guard
from actions.action import StoreAction
from actions.loyalty import reward_lines
from actions.turn import Events, Turn, forget
from crm_store import loyalty
from crm_store.models import Reward

LIKE_ENOUGH = 70.0
SUM_NAMED = 30.0


class StartRedeem(StoreAction):
    """Begin redeeming with the reward the message names, if it does."""

    action = "action_start_redeem"
    private = True
    form = "redeem_form"

    def answer(self, turn: Turn) -> Events:
        context = turn.context
        member = loyalty.member_of(turn.session, context.customer_id)
        if member is None:
            turn.say("utter_not_member")
            return []
        points = loyalty.balance(turn.session, member.id, context.now)
        named = turn.entity("reward") or (turn.text if turn.entity("amount") else None)
        chosen = find(turn, named) if named else None
        return [
            *(SlotSet(name, value) for name, value in slots_of(turn, chosen).items()),
            SlotSet("reward_lines", reward_lines(turn)),
            SlotSet("points_now", turn.number(points)),
            *guard.fresh(self.form, "redeem_confirm"),
        ]


class SubmitRedeem(StoreAction):
    """Spend the points and tell the one-time voucher code."""

    action = "action_submit_redeem"
    private = True

    def answer(self, turn: Turn) -> Events:
        reward = find(turn, str(turn.slot("reward") or ""))
        if reward is None or not turn.slot("redeem_confirm"):
            turn.say("utter_redeem_declined")
        else:
            _redeem(turn, reward)
        return forget("reward", "redeem_confirm", "reward_lines", "reward_cost", "points_now")


def find(turn: Turn, text: str) -> Reward | None:
    """The reward a text means: its code, or the name most like it.

    A sum that is named ("voucher 100 ribu") must be the reward's.
    """
    rewards = loyalty.rewards(turn.session)
    amount = turn.entity("amount")
    if amount and amount.isdigit():
        rewards = [reward for reward in rewards if f"{int(amount):,}" in reward.description]
        if len(rewards) == 1:
            return rewards[0]
    names = {
        (reward.code, place): name
        for reward in rewards
        for place, name in enumerate((reward.code, reward.name, reward.description))
    }
    best = process.extractOne(
        text, names, scorer=fuzz.token_set_ratio, processor=utils.default_process
    )
    if best is None or best[1] < (SUM_NAMED if amount else LIKE_ENOUGH):
        return None
    return next(reward for reward in rewards if reward.code == best[2][0])


def slots_of(turn: Turn, reward: Reward | None) -> dict[str, str | None]:
    """What the form keeps of the reward chosen."""
    return {
        "reward": reward.code if reward else None,
        "reward_name": title(turn, reward) if reward else None,
        "reward_cost": turn.number(reward.cost) if reward else None,
    }


def title(turn: Turn, reward: Reward) -> str:
    """The reward's name in the language of the turn."""
    return turn.phrase("utter_word_reward", name=reward.name, description=reward.description)


def _redeem(turn: Turn, reward: Reward) -> None:
    context = turn.context
    member = loyalty.member_of(turn.session, context.customer_id)
    if member is None:
        turn.say("utter_not_member")
        return
    try:
        bought = loyalty.redeem(
            turn.session, member.id, reward.code, key=context.key("redeem"), at=context.now
        )
    except loyalty.InsufficientPoints:
        points = loyalty.balance(turn.session, member.id, context.now)
        turn.say(
            "utter_points_short",
            reward=title(turn, reward),
            cost=turn.number(reward.cost),
            points=turn.number(points),
        )
        return
    points = loyalty.balance(turn.session, member.id, context.now)
    turn.say(
        "utter_redeemed",
        reward=title(turn, reward),
        voucher=bought.code,
        points=turn.number(points),
    )


ACTIONS = (StartRedeem(), SubmitRedeem())
