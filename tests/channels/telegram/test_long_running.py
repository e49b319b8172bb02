"""What a bot meets that runs for months: cancelled calls, dripping answers, tokens taken back."""

import asyncio

import pytest

from channels.errors import Refused, SenderStopped, UnknownOutcome, Unreachable
from channels.telegram import client
from tests.channels.cancelling import cancelled_after
from tests.peers.telegram_server import ANA, Fault

pytestmark = pytest.mark.anyio
PAGE = "<html><body>Blocked by the firewall</body></html>"


async def test_no_connection_is_lost_whenever_a_call_is_cancelled(
    monkeypatch, shop, telegram, to_ana
):
    monkeypatch.setattr(client, "POOL", 1)
    for ticks in range(60):
        await cancelled_after(ticks, shop.typing(str(ANA)))
    assert (await shop.send(to_ana())).provider_id


async def test_calls_that_wait_for_a_connection_may_be_cancelled_too(
    monkeypatch, shop, telegram, to_ana
):
    monkeypatch.setattr(client, "POOL", 1)
    for ticks in range(60):
        crowd = [cancelled_after(ticks + late, shop.typing(str(ANA))) for late in range(3)]
        await asyncio.gather(*crowd)
    assert (await shop.send(to_ana())).provider_id


async def test_lost_connections_are_made_anew(monkeypatch, new_channel, telegram, to_ana):
    monkeypatch.setattr(client, "POOL", 1)
    shop = new_channel(api_url=telegram.url, timeout_seconds=1)
    await shop.typing(str(ANA))
    pool = shop._connection._requests[0]._client._transport._pool
    pool._connections[:] = [pool.create_connection(pool._connections[0]._origin)]
    with pytest.raises(Unreachable, match="became free"):
        await shop.send(to_ana())
    assert (await shop.send(to_ana())).provider_id
    await shop.close()


async def test_connections_that_are_all_in_use_are_kept(monkeypatch, new_channel, telegram, to_ana):
    monkeypatch.setattr(client, "POOL", 1)
    shop = new_channel(api_url=telegram.url, timeout_seconds=1, poll_seconds=5)
    telegram.faults.append(Fault(slow=1.5, taken=True))
    slow = asyncio.create_task(
        shop._connection.call(lambda bot: bot.get_me(read_timeout=30), held=30)
    )
    while not telegram.calls:
        await asyncio.sleep(0.01)
    with pytest.raises(Unreachable, match="became free"):
        await shop.send(to_ana())
    assert (await slow).username
    assert len(shop._connection._requests) == 2
    await shop.close()


async def test_closing_ends_what_is_under_way(new_channel, telegram):
    shop = new_channel(api_url=telegram.url)
    telegram.faults.append(Fault(slow=60))
    await cancelled_after(50, shop.typing(str(ANA)))
    await asyncio.wait_for(shop.close(), 30)


async def test_an_answer_that_drips_is_given_up(monkeypatch, new_channel, telegram, to_ana):
    monkeypatch.setattr(client, "WHOLE", 0.5)
    shop = new_channel(api_url=telegram.url, timeout_seconds=2)
    telegram.faults.append(Fault(drip=0.2, taken=True))
    with pytest.raises(UnknownOutcome, match="does not come to an end"):
        await shop.send(to_ana())
    await shop.close()


@pytest.mark.parametrize("status", [401, 404])
async def test_b3_3_a_token_that_was_taken_back_stops_the_bot_and_its_messages_wait(
    shop, telegram, to_ana, status
):
    telegram.faults.append(Fault(status, "Unauthorized"))
    with pytest.raises(SenderStopped) as raised:
        await shop.send(to_ana())
    assert raised.value.retryable
    assert raised.value.code == "401"


@pytest.mark.parametrize("status", [301, 302, 400, 401, 403, 404, 405, 407, 409, 418, 451])
async def test_a_page_of_something_in_between_is_no_refusal_by_telegram(
    shop, telegram, to_ana, status
):
    telegram.faults.append(Fault(status, body=PAGE))
    with pytest.raises(Unreachable, match=f"something between .* answered {status}"):
        await shop.send(to_ana())
    assert (await shop.send(to_ana())).provider_id


async def test_a_refusal_in_telegrams_own_words_stays_one(shop, telegram, to_ana):
    telegram.faults.append(Fault(400, "Bad Request: message is too long"))
    with pytest.raises(Refused):
        await shop.send(to_ana())
