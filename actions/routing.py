"""Which action answers which intent, for questions that had to wait."""

from actions import (
    catalogue,
    complaints,
    consents,
    faq,
    handover,
    loyalty,
    orders,
    privacy,
    profile,
    redeeming,
)
from actions.action import StoreAction
from actions.turn import Events, Turn

ANSWERS: dict[str, StoreAction] = {
    "ask_opening_hours": faq.OpeningHours(),
    "ask_store_location": faq.StoreLocation(),
    "ask_delivery": faq.Knowledge(),
    "ask_return_policy": faq.Knowledge(),
    "ask_warranty": faq.Knowledge(),
    "ask_payment": faq.Knowledge(),
    "ask_promotions": faq.Knowledge(),
    "ask_loyalty_info": faq.Knowledge(),
    "ask_product_info": catalogue.ProductInfo(),
    "ask_price": catalogue.Price(),
    "ask_stock": catalogue.Stock(),
    "ask_order_status": orders.OrderStatus(),
    "ask_complaint_status": complaints.ComplaintStatus(),
    "ask_points_balance": loyalty.Balance(),
    "ask_points_history": loyalty.History(),
    "ask_points_expiring": loyalty.Expiring(),
    "ask_tiers": loyalty.Tiers(),
    "ask_rewards": loyalty.Rewards(),
    "report_card_lost": loyalty.CardLost(),
    "ask_my_profile": profile.MyProfile(),
    "ask_my_data": privacy.MyData(),
    "change_language": profile.ChangeLanguage(),
    "stop_messages": consents.StopMessages(),
    "start_messages": consents.StartMessages(),
    "talk_to_person": handover.TalkToPerson(),
    "abuse": handover.Abuse(),
}
STARTS: dict[str, StoreAction] = {
    "make_complaint": complaints.StartComplaint(),
    "add_complaint_detail": complaints.StartDetail(),
    "withdraw_complaint": complaints.StartWithdraw(),
    "enrol_loyalty": loyalty.StartEnrol(),
    "redeem_reward": redeeming.StartRedeem(),
    "change_name": profile.StartName(),
    "change_phone": profile.StartAddress("phone"),
    "change_email": profile.StartAddress("email"),
    "change_preferred_channel": profile.StartChannel(),
    "delete_my_data": privacy.StartDelete(),
}
"""Actions that prepare a form."""


def answer(turn: Turn, intent: str) -> Events:
    """Answer a question; whatever is no question counts as not understood."""
    return ANSWERS.get(intent, handover.DefaultFallback()).reply(turn)
