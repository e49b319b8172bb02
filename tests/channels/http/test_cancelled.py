"""Calls that are cancelled on the way, as at a stop, for months: no connection is lost to them."""

import asyncio

import pytest

from channels.http import client
from tests.channels.cancelling import cancelled_after

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("crowd", [1, 3])
async def test_no_connection_is_lost_whenever_a_call_is_cancelled(
    monkeypatch, shop, gateway, to_ana, crowd
):
    monkeypatch.setattr(client, "POOL", 1)
    for ticks in range(60):
        calls = [cancelled_after(ticks + late, shop.send(to_ana())) for late in range(crowd)]
        await asyncio.gather(*calls)
    gateway.answers.clear()
    assert await shop.send(to_ana("masih ada"))
    assert gateway.bodies[-1]["text"] == "masih ada"


async def test_closing_ends_what_is_under_way(shop, gateway, to_ana):
    gateway.answers.append({"slow": 60})
    await cancelled_after(50, shop.send(to_ana()))
    await asyncio.wait_for(shop.close(), 30)
