"""`akrab check`, as the engineer who installs it reads it."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from bot.commands import check, show
from channels.base import Channel, Finding
from crm_store import troubles
from crm_store.troubles import Sender


class Silent:
    """A provider that takes the connection and says nothing."""

    async def check(self) -> Sequence[Finding]:
        await asyncio.Event().wait()
        return ()


def test_a_provider_that_never_answers_is_told_in_words(monkeypatch):
    monkeypatch.setattr(check, "PATIENCE", 0.01)
    (finding,) = asyncio.run(check._asked(cast(Channel, Silent())))
    assert not finding.ok
    assert finding.text == "no answer within 0.01 seconds"
    assert "host, port and tls" in (finding.fix or "")


@pytest.mark.parametrize("words", ["[/red] [link=x]", "[IMAP: [AUTH] no]", "\\[b]x[/b]"])
def test_a_providers_words_are_printed_as_they_are(capsys, words):
    show.bad(words, words)
    show.done(words)
    assert capsys.readouterr().out.count(words) == 3


def test_a_channel_that_cannot_send_is_told_with_what_its_provider_said(app, settings):
    url = f"sqlite:///{settings.data / 'akrab.db'}"
    given = settings.database.model_copy(update={"url": url})
    with app.db.transaction() as session:
        sender = Sender("wa", "whatsapp")
        troubles.stop(session, sender, code="63007", said="no WhatsApp sender with this number")
    found = check._people(settings.model_copy(update={"database": given}))
    [line] = [one.text for one in found if "cannot send" in one.text]
    assert line.startswith("wa (whatsapp) cannot send since ")
    assert line.endswith("UTC: no WhatsApp sender with this number")
