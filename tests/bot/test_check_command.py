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


class Asked:
    """A provider that finds this."""

    def __init__(self, *findings: Finding) -> None:
        self._findings = findings

    async def check(self) -> Sequence[Finding]:
        return self._findings

    async def close(self) -> None:
        pass


@pytest.mark.parametrize(
    ("found", "left"),
    [([True, True], ["sms"]), ([True, False], ["sms", "wa"]), ([], ["sms", "wa"])],
)
def test_what_was_stopped_goes_on_once_nothing_is_found_wrong_with_it(
    app, settings, monkeypatch, found, left
):
    url = f"sqlite:///{settings.data / 'akrab.db'}"
    database = settings.database.model_copy(update={"url": url})
    with app.db.transaction() as session:
        for name in ("wa", "sms"):
            troubles.stop(session, Sender(name, "whatsapp"), code="20003", said="no such token")
    wa = Asked(*(Finding(ok, "the account") for ok in found))
    monkeypatch.setattr(check, "build_channels", lambda _: {"wa": wa, "sms": Asked()})
    monkeypatch.setattr(check.libraries, "load", lambda _: None)
    given = settings.model_copy(update={"database": database})
    asyncio.run(check._channels(given, check._stopped(given)))
    with app.db.reading() as session:
        assert sorted(one.channel for one in troubles.current(session)) == left
