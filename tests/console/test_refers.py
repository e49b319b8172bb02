"""Staff see what a message answers or corrects, whom nothing reaches, and what wrote itself."""

from datetime import UTC, datetime

import pytest

from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from crm_store import identities, messages
from crm_store.models.kinds import IdentityState
from tests.console import cast, files

HERE = "/console/conversations/1"
ANA = Sender(cast.ANA, "Ana Permata", cast.ANA, VerifiedBy.CHANNEL)


@pytest.fixture
def says(app):
    """Ana writes; keywords as `InboundMessage` has them."""

    def say(provider_id, text, **keys):
        kind = ChannelKind.WHATSAPP
        cast.settle(app, InboundMessage("demo-whatsapp", kind, provider_id, ANA, text, **keys))

    return say


@pytest.fixture
def answered(app, says):
    """Ana was answered; gives the provider's id of the answer."""
    says("r1", "kulkas <b>dua</b> pintu")
    with app.db.reading() as session:
        return messages.thread(session, 1)[-1].provider_id


def test_an_answer_to_us_names_what_it_answers(rani, says, answered):
    says("r2", "yang ini", reply_to=answered)
    page = rani.get(f"{HERE}/thread").text
    assert "Answers the bot:" in page
    assert "<q>echo: kulkas &lt;b&gt;dua&lt;/b&gt; pintu</q>" in page


def test_an_answer_to_oneself_names_what_it_answers(rani, says, answered):
    says("r2", "eh bukan", reply_to="r1")
    assert "Answers the customer:" in rani.get(f"{HERE}/thread").text


def test_an_edit_shows_what_it_was_before(rani, says, answered):
    says("r2", "kulkas tiga pintu", edited=True, metadata={"original": "r1"})
    page = rani.get(f"{HERE}/thread").text
    assert "Edited." in page
    assert 'Before: <q class="clip">kulkas &lt;b&gt;dua&lt;/b&gt; pintu</q>' in page


def test_what_was_found_later_says_when_it_was_written(rani, says):
    says("r1", "kulkas saya rusak", missed=True, sent_at=datetime(2026, 5, 3, 1, 30, tzinfo=UTC))
    assert (
        "<b>Found later.</b> Written 3 May 2026, 08.30, when it could not be delivered to us."
        in (" ".join(rani.get(f"{HERE}/thread").text.split()))
    )


@pytest.mark.parametrize("reply_to", ["nowhere", "r2"])
def test_what_is_not_in_the_conversation_is_not_quoted(app, rani, says, reply_to):
    budi = Sender("+6281200000002", "Budi", "+6281200000002", VerifiedBy.CHANNEL)
    says("r1", "halo")
    cast.settle(
        app, InboundMessage("demo-whatsapp", ChannelKind.WHATSAPP, "r2", budi, "rahasia Budi")
    )
    says("r3", "yang ini", reply_to=reply_to)
    page = rani.get(f"{HERE}/thread").text
    assert "Answers" not in page
    assert "rahasia" not in page


def test_what_a_machine_wrote_says_why_nobody_answered(rani, says):
    says("r1", "saya cuti", automatic=True, metadata={"automatic": "auto-replied"})
    assert "Written by a machine (auto-replied): not answered." in rani.get(f"{HERE}/thread").text


def test_a_group_says_who_of_it_wrote(rani, says):
    says("r1", "halo", metadata={"group": True, "user": 5100000001})
    assert "Member 5100000001" in rani.get(f"{HERE}/thread").text


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (IdentityState.BLOCKED, "has blocked us on WhatsApp"),
        (IdentityState.OPTED_OUT, "has opted out on WhatsApp"),
        (IdentityState.DEAD, "Nobody is at this address any more"),
    ],
)
def test_who_writes_to_somebody_out_of_reach_is_told_before(app, rani, taken, state, words):
    here = f"/console/conversations/{taken}"
    assert words not in rani.get(here).text
    with app.db.transaction() as session:
        identities.set_state(session, "whatsapp", cast.ANA, state)
    assert words in rani.get(here).text
    assert words in rani.get(f"{here}/window").text


def test_a_mail_without_formatting_can_be_read_whole(tmp_path, open_browser):
    app = cast.open_shop(files.settings(tmp_path))
    browser = open_browser(app)
    cast.sign_in(browser, cast.RANI)
    mail = b"From: ana@pelanggan.example\r\n\r\nsiap\r\n\r\n> jam berapa?\r\n> ya\r\n"
    files.ana_mails(app, mail)
    assert "Show the whole mail, quotations too" in browser.get(f"{HERE}/thread").text
    assert "&gt; jam berapa?" in browser.get("/console/messages/1/formatted").text
    app.close()
