"""`akrab check` and `akrab channels setup` (B1.1, B1.7, B1.8)."""

from datetime import UTC, datetime

import pytest

from tests.peers.telegram_server import Fault

pytestmark = pytest.mark.anyio

URL = "https://toko-sinar.example/webhooks/shop"
NEEDED = ["message", "edited_message", "callback_query", "my_chat_member"]
KINDS = [*NEEDED, "pre_checkout_query", "shipping_query"]


@pytest.fixture
async def look(new_channel, telegram):
    """What `check` finds: (well?, text, fix) of each finding, texts joined."""

    async def findings(**keys):
        channel = new_channel(api_url=telegram.url, **keys)
        found = await channel.check()
        await channel.close()
        text = "\n".join(f"{each.text} -> {each.fix}" for each in found)
        return all(each.ok for each in found), text

    return findings


async def test_after_setup_all_is_well(shop, telegram, look):
    [done] = await shop.setup(URL)
    assert done.ok
    well, text = await look()
    assert well, text
    assert "@TokoSinarBot (Toko Sinar)" in text


async def test_b1_1_b1_7_setup_gives_secret_and_kinds_and_keeps_what_waits(shop, telegram):
    await shop.setup(URL)
    [asked] = telegram.asked("setWebhook")
    assert (asked["url"], asked["secret_token"]) == (URL, "a-secret_Token-1")
    assert asked["allowed_updates"] == KINDS
    assert asked["max_connections"] == 40
    assert not asked.get("drop_pending_updates")


async def test_b1_8_setup_for_polling_removes_the_webhook(new_channel, telegram, look):
    telegram.webhook["url"] = URL
    channel = new_channel(api_url=telegram.url, mode="polling")
    [done] = await channel.setup(URL)
    await channel.close()
    assert done.ok
    assert telegram.webhook["url"] == ""
    assert (await look(mode="polling"))[0]


@pytest.mark.parametrize(
    "url",
    ["http://toko-sinar.example/webhooks/shop", "https://toko-sinar.example:8000/webhooks/shop",
     "http://localhost:8000/webhooks/shop", "https://localhost/webhooks/shop"],
)  # fmt: skip
async def test_b1_1_an_address_telegram_cannot_call_is_not_set(shop, telegram, url):
    [told] = await shop.setup(url)
    assert not told.ok
    assert "mode: polling" in told.fix
    assert telegram.calls == []


@pytest.mark.parametrize(
    ("webhook", "keys", "told"),
    [
        ({"url": ""}, {}, "no webhook is set"),
        ({"url": "https://lain.example/x"}, {}, "calls https://lain.example/x, not"),
        ({"allowed_updates": ["message"]}, {}, "leaves out callback_query, edited_message, my_"),
        ({"pending_update_count": 250}, {}, "250 updates wait"),
        ({}, {"username": "LainBot"}, "is not LainBot -> username: TokoSinarBot"),
        ({}, {"mode": "polling"}, "so nothing can be polled (409)"),
    ],
)
async def test_what_is_wrong_is_found(telegram, look, webhook, keys, told):
    telegram.webhook |= {"url": URL, **webhook}
    well, text = await look(**keys)
    assert not well
    assert told in text


async def test_b1_1_a_secret_that_differs_is_guessed_from_the_last_error(telegram, look):
    at = int(datetime(2026, 9, 1, tzinfo=UTC).timestamp())
    telegram.webhook |= {
        "url": URL, "last_error_date": at, "pending_update_count": 2,
        "last_error_message": "Wrong response from the webhook: 403 Forbidden",
    }  # fmt: skip
    well, text = await look()
    assert not well
    assert "2026-09-01 00:00 UTC" in text
    assert "the secret may differ" in text


async def test_an_old_error_with_nothing_waiting_is_only_told(telegram, look):
    telegram.webhook |= {"url": URL, "last_error_date": 1790000000, "last_error_message": "timeout"}
    well, text = await look()
    assert well
    assert "timeout" in text


async def test_without_a_name_the_operator_hears_about_mentions(telegram, look):
    telegram.webhook["url"] = URL
    well, text = await look(username=None)
    assert well
    assert "username: TokoSinarBot" in text


@pytest.mark.parametrize(
    ("fault", "told"),
    [(Fault(401, "Unauthorized"), "check `token`"), (Fault(502, "Bad Gateway"), "Bad Gateway")],
)
async def test_a_failure_is_a_finding(shop, telegram, fault, told):
    telegram.faults += [fault, fault]
    for found in ((await shop.check()), (await shop.setup(URL))):
        assert not found[0].ok
        assert told in f"{found[0].text} {found[0].fix}"


async def test_kinds_of_payments_are_not_missed(shop, telegram, look):
    """A webhook set by an older version of ours is well."""
    await shop.setup(URL)
    telegram.webhook["allowed_updates"] = NEEDED
    assert (await look())[0]


async def test_an_operator_hears_that_business_accounts_are_not_answered(shop, telegram, look):
    await shop.setup(URL)
    assert "Business" not in (await look())[1]
    telegram.business = True
    assert "turn Business Mode off" in (await look())[1]
