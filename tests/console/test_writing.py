"""The customer sees that a person is writing, while they type and not before."""

import pytest

from bot.delivery import writing
from channels.base import Capabilities
from channels.memory import Config, MemoryChannel
from tests.console import cast


class Shows(MemoryChannel):
    """Notes what it was shown below."""

    typing_seconds = 25.0

    def __init__(self):
        super().__init__("demo-whatsapp", Config(kind="whatsapp"), public_url="")
        self.capabilities = Capabilities(typing=True)
        self.shown = []

    async def typing(self, provider_id, /):
        self.shown.append(provider_id)


@pytest.fixture
def phone(app, taken):
    writing._shown.clear()
    app.channels["demo-whatsapp"] = Shows()
    return app.channels["demo-whatsapp"]


def test_typing_is_shown_once_while_rani_types(rani, taken, phone, said):
    for text in ("Se", "Selamat", "Selamat pagi"):
        cast.post(rani, f"/console/conversations/{taken}/count", text=text)
    assert phone.shown == [said(taken)[0].provider_id]


def test_an_empty_box_shows_nothing(rani, taken, phone):
    cast.post(rani, f"/console/conversations/{taken}/count", text="  ")
    assert phone.shown == []


def test_somebody_who_has_not_taken_it_is_not_shown(signed_in, taken, phone):
    sari = signed_in(cast.SARI)
    cast.post(sari, f"/console/conversations/{taken}/count", text="Selamat")
    assert phone.shown == []
