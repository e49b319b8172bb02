"""B1.8: polling that an operator must put right says how, in one line of the log."""

import asyncio

import pytest
import structlog
from pydantic import SecretStr
from structlog.testing import LogCapture

from bot import polling as module
from bot.polling import Polling
from channels.base import ChannelKind
from channels.errors import Misconfigured
from channels.memory import Config, MemoryChannel

pytestmark = pytest.mark.anyio
SAID = "a webhook is set; run `akrab channels setup`"


class Refused(MemoryChannel):
    """Another process polls, or a webhook is set: each try ends in a 409."""

    async def poll(self, cursor):
        raise Misconfigured(SAID, code="409")
        yield (), ""


async def test_b1_8_a_conflict_is_a_sentence_and_no_traceback(stage, monkeypatch):
    # Not the settings of another test: a logger keeps those of its first use, and a new one
    # takes today's, which may drop errors.
    said, plain = LogCapture(), structlog.BoundLogger
    logger = structlog.wrap_logger(None, processors=[said], wrapper_class=plain)
    monkeypatch.setattr(module, "log", logger)
    config = Config(kind=ChannelKind.TELEGRAM, secret=SecretStr("x"))
    channel = Refused("shop-tg", config, public_url="")
    polling = asyncio.create_task(Polling(stage.app, channel).run(lambda: False))
    await stage.until(lambda: said.entries)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    line = said.entries[0]
    assert (line["event"], line["code"], line["reason"]) == ("polling failed", "409", SAID)
    assert "exc_info" not in line
