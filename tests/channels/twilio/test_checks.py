"""`akrab check` and `akrab channels setup` (A5.9, A9.1)."""

import pytest

from channels.twilio.checks import reachable
from tests.peers.twilio_resources import KEY, KEY_SECRET, NUMBER, SERVICE, WHATSAPP, content

pytestmark = pytest.mark.anyio

URL = "https://toko-sinar.example/webhooks/shop"


@pytest.fixture
def said(shop):
    """What the check says, one line a finding, with "!" before what is not well."""

    async def lines(channel=None):
        findings = await (channel or shop).check()
        return [("" if each.ok else "!") + each.text for each in findings]

    return lines


def has(lines, words):
    return any(words in line for line in lines)


async def test_a_channel_that_is_set_up_is_well(shop, twilio, said):
    await shop.setup(URL)
    assert not has(await said(), "!")


async def test_the_account_is_named(said):
    assert has(await said(), "'Toko Sinar' (active)")


async def test_a_suspended_account_is_not_well(twilio, said):
    twilio.account["status"] = "suspended"
    assert has(await said(), "!Twilio account 'Toko Sinar' (suspended)")


async def test_a_wrong_token_is_one_finding(new_channel, twilio, said):
    shop = new_channel(api_url=twilio.url, auth_token="wrong")
    findings = await shop.check()
    await shop.close()
    [bad] = [each for each in findings if not each.ok]
    assert "20003" in bad.text
    assert "auth_token" in bad.fix


async def test_twilio_out_of_reach_is_one_finding(new_channel, said):
    shop = new_channel(api_url="http://127.0.0.1:9")
    assert sum(line.startswith("!") for line in await said(shop)) == 1
    await shop.close()


async def test_webhooks_that_are_not_set_are_named(said):
    lines = await said()
    assert has(lines, f"!number {NUMBER} has no webhook")
    assert has(lines, f"!WhatsApp sender {WHATSAPP} has no webhook")


async def test_a_webhook_elsewhere_is_named(twilio, said):
    twilio.number["sms_url"] = "https://old.example/sms"
    assert has(await said(), f"!number {NUMBER} calls https://old.example/sms, not {URL}")


async def test_an_app_that_overrules_the_numbers_webhook_is_named_and_taken_off(shop, twilio, said):
    await shop.setup(URL)
    twilio.number["sms_application_sid"] = "AP" + "e" * 32
    assert has(await said(), f"!number {NUMBER} has a TwiML app, so its own webhook is ignored")
    await shop.setup(URL)
    assert not has(await said(), "!")


async def test_a3_1_connection_overrides_in_the_fragment_are_fine(twilio, said):
    twilio.number["sms_url"] = f"{URL}#rc=3&rp=all"
    assert has(await said(), f"number {NUMBER} calls {URL}")


async def test_a_sender_that_is_offline_is_named(twilio, said):
    twilio.sender["status"] = "OFFLINE"
    assert has(await said(), "is OFFLINE")


@pytest.mark.parametrize(("key", "words"), [("sms", "number"), ("whatsapp", "WhatsApp sender")])
async def test_a_sender_the_account_does_not_have_is_named(new_channel, twilio, said, key, words):
    shop = new_channel(api_url=twilio.url, **{key: "+6281100000009"})
    assert has(await said(shop), f"!the account has no {words} +6281100000009")
    await shop.close()


@pytest.mark.parametrize(("key", "owned"), [("sms", NUMBER), ("whatsapp", WHATSAPP)])
async def test_the_senders_the_account_does_have_are_named_instead(new_channel, twilio, key, owned):
    shop = new_channel(api_url=twilio.url, **{key: "+6281100000009"})
    [bad] = [each for each in await shop.check() if "0000009" in each.text]
    await shop.close()
    assert bad.fix == f"set `{key}` to one it has: {owned}"


@pytest.mark.parametrize(("token", "well"), [("a-token-of-nobody", True), ("wrong", False)])
async def test_a2_8_with_an_api_key_the_token_is_tried_too(new_channel, twilio, said, token, well):
    """Otherwise everything looks well, and every webhook is refused."""
    keys = {"api_key": KEY, "api_secret": KEY_SECRET, "auth_token": token}
    shop = new_channel(api_url=twilio.url, **keys)
    await shop.setup(URL)
    lines = [line for line in await said(shop) if "auth_token" in line]
    await shop.close()
    assert [line.startswith("!") for line in lines] == [not well]


async def test_an_account_without_templates_hears_what_that_means(said):
    assert has(await said(), "who was silent for 24 hours cannot be written to")


@pytest.mark.parametrize("host", ["localhost:8000", "chat.toko-sinar.example"])
async def test_an_address_without_encryption_or_out_of_reach_is_never_set(shop, twilio, host):
    [finding] = await shop.setup(f"http://{host}/webhooks/shop")
    assert not finding.ok
    assert not twilio.number["sms_url"].startswith("http://")


async def test_templates_that_cannot_be_read_are_one_finding_more(shop, said, twilio):
    twilio.contents = None
    assert has(await said(), "!the templates cannot be read")


async def test_a9_1_the_operator_hears_that_sms_is_one_way_in_indonesia(said):
    assert has(await said(), "SMS in Indonesia is one-way")


async def test_a6_4_templates_in_trouble_are_named(twilio, said):
    twilio.contents += [content("a", "ya"), content("b", "promo", status="paused")]
    lines = await said()
    assert has(lines, "1 of 2 templates approved")
    assert has(lines, "!template b (id) is paused")


async def test_setup_tells_the_number_and_the_whatsapp_sender(shop, twilio):
    findings = await shop.setup(URL)
    assert all(each.ok for each in findings)
    assert (twilio.number["sms_url"], twilio.number["sms_method"]) == (URL, "POST")
    assert twilio.sender["webhook"]["callback_url"] == URL


@pytest.fixture
async def serviced(new_channel, twilio):
    shop = new_channel(api_url=twilio.url, sms=None, whatsapp=None, messaging_service=SERVICE)
    yield shop
    await shop.close()


async def test_a5_9_a_service_without_a_webhook_drops_messages(serviced, said):
    assert has(await said(serviced), "!Messaging Service toko has no webhook")


async def test_a5_9_a_service_may_leave_messages_to_its_numbers(serviced, twilio, said):
    twilio.service["use_inbound_webhook_on_number"] = True
    assert has(await said(serviced), "leaves incoming messages to each number's webhook")


async def test_a5_9_setup_tells_the_service(serviced, twilio):
    twilio.service["use_inbound_webhook_on_number"] = True
    await serviced.setup(URL)
    assert twilio.service["inbound_request_url"] == URL
    assert twilio.service["use_inbound_webhook_on_number"] is False


async def test_setup_says_what_it_could_not_do(new_channel):
    shop = new_channel(api_url="http://127.0.0.1:9")
    assert [each.ok for each in await shop.setup(URL)] == [False]
    await shop.close()


@pytest.mark.parametrize(
    ("url", "well"),
    [
        ("https://toko-sinar.example", True),
        ("http://localhost:8000", False),
        ("http://127.0.0.1:8000", False),
        ("https://toko_sinar.example", False),
        ("https://toko", False),
        ("", False),
    ],
)
def test_twilio_calls_only_public_hosts(url, well):
    assert reachable(url) is well
