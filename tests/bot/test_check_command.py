"""`akrab check`, as the engineer who installs it reads it."""

import asyncio
from collections.abc import Sequence
from typing import cast

import pytest

from bot.commands import check, show
from channels.base import Channel, Finding


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
