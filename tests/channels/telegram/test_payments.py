"""Who tries to pay is told at once that it cannot be done here."""

import pytest

from channels.base import MessageKind

pytestmark = pytest.mark.anyio
KINDS = [
    ("pre-checkout", "pre_checkout_query", "answerPreCheckoutQuery"),
    ("shipping", "shipping_query", "answerShippingQuery"),
]


@pytest.mark.parametrize(("name", "kind", "method"), KINDS)
async def test_b1_3_a_payment_is_kept_and_declined(
    shop, telegram, recorded, webhook, name, kind, method
):
    update = recorded(name)
    telegram.queries.add(update[kind]["id"])
    [message] = shop.parse(webhook(update))
    assert (message.message_kind, message.automatic) == (MessageKind.OTHER, True)
    assert (message.sender.address, message.metadata["content"]) == ("5100000001", kind)
    await shop.acknowledge(message)
    [asked] = telegram.asked(method)
    assert (asked["ok"], asked["error_message"][:5]) == (False, "Maaf,")
    assert not telegram.queries


async def test_a_payer_with_an_english_app_is_told_in_english(shop, telegram, recorded, webhook):
    update = recorded("pre-checkout")
    update["pre_checkout_query"]["from"]["language_code"] = "en-GB"
    [message] = shop.parse(webhook(update))
    await shop.acknowledge(message)  # Telegram says that it is too late, which is no error of ours
    [asked] = telegram.asked("answerPreCheckoutQuery")
    assert asked["error_message"].startswith("Sorry,")


@pytest.mark.parametrize("odd", [{"id": ""}, {"id": 7}, {"id": "9" * 500}, {"from": {}}])
@pytest.mark.parametrize(("name", "kind", "method"), KINDS)
async def test_a_payment_that_cannot_be_answered_is_nothing(
    channel, recorded, webhook, name, kind, method, odd
):
    update = recorded(name)
    update[kind] |= odd
    assert channel.parse(webhook(update)) == ()


async def test_nothing_else_is_declined(shop, telegram, recorded, webhook):
    for name in ("text", "callback", "poll"):
        [message] = shop.parse(webhook(recorded(name)))
        await shop.acknowledge(message)
    assert not telegram.asked("answerPreCheckoutQuery") + telegram.asked("answerShippingQuery")
