"""Told to stop, the server finishes what is under way; nothing is left in doubt."""

import signal
import time

import httpx
import pytest

from crm_store import lookups, messages
from crm_store.session import Database
from tests.faults.conftest import SECRET, Nursery, Server

pytestmark = pytest.mark.slow
BUDI = "+6281200000002"


class SlowShop(Server):
    """Its provider takes a second and a half for each message; `end` gives the exit status."""

    def _config(self):
        given = super()._config()
        given["channels"]["sms"]["delay"] = 1.5
        given["worker"] = {"lease_seconds": 30}
        return given

    def has_begun_to_send(self):
        """Or is through with it, if this test was kept waiting itself."""
        return said(self)[-1] in ("sending", "delivered")


@pytest.fixture(scope="module")
def nursery(tmp_path_factory):
    opened = Nursery(tmp_path_factory.mktemp("nursery"))
    yield opened
    opened.close()


@pytest.fixture
def shop(tmp_path, nursery):
    server = SlowShop(tmp_path, nursery)
    server.start()
    yield server
    server.stop()


def said(shop):
    db = Database.open(shop.database)
    with db.reading() as session:
        talk = lookups.conversation_at(session, "sms", BUDI)
        found = [one.status for one in messages.thread(session, talk.id)]
    db.close()
    return found


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_what_is_being_sent_when_told_to_stop_is_sent_and_recorded(shop, name):

    event = {"type": "message", "id": "m1", "from": BUDI, "text": "halo"}
    answer = httpx.post(
        f"{shop.url}/webhooks/sms", json={"events": [event]}, headers={"x-akrab-secret": SECRET}
    )
    assert answer.status_code == 200
    while not shop.has_begun_to_send():
        time.sleep(0.01)
    shop._end(getattr(signal, name))
    assert said(shop) == ["handled", "delivered"]
    assert len(shop.sent()) == 1
