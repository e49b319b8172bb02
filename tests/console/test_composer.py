"""Around the reply box: the window, templates, how large an SMS is: each rule on the page."""

import asyncio
import re
from datetime import timedelta

import pytest

from bot.console.composer import left_text
from bot.delivery import template_list
from bot.delivery.drafting import Window
from channels.base import ChannelKind, InboundMessage, Sender, VerifiedBy
from channels.memory import Config, MemoryChannel
from crm_store import audit, consents, conversations, lookups, messages, templates
from crm_store.models.kinds import MessageStatus, TemplateState
from crm_store.session import now
from tests.console import cast

COMPLETE = {"value-1": "Ana", "value-2": "TS-204815", "value-3": "Sinar Dago"}


@pytest.fixture
def here(taken):
    return f"/console/conversations/{taken}"


@pytest.fixture
def wrote(app, taken):
    """Ana's last message was so many hours ago (None: never)."""

    def set_back(hours):
        with app.db.transaction() as session:
            talk = conversations.get(session, taken)
            talk.last_inbound_at = None if hours is None else now() - timedelta(hours=hours)

    return set_back


@pytest.fixture
def closed(app, wrote):
    asyncio.run(template_list.sync(app, "demo-whatsapp"))
    wrote(48)


@pytest.fixture
def template_id(app, closed):
    """The id of a template by its name."""

    def find(name):
        with app.db.reading() as session:
            listed = templates.of_channel(session, "demo-whatsapp")
            return str(next(one.id for one in listed if one.name == name))

    return find


@pytest.mark.parametrize(
    ("hours", "shown"),
    [
        (20.5, ['data-open="yes"', "3 h 29 min left", "badge good"]),
        (23.5, ['data-open="yes"', "29 min left", "badge bad"]),
        (25, ['data-open="no"', "More than 24 hours since"]),
        (None, ['data-open="no"', "has not written here yet"]),
    ],
)
def test_the_page_says_how_long_the_window_stays_open(rani, here, wrote, hours, shown):
    wrote(hours)
    for path in (here, f"{here}/window"):
        page = rani.get(path).text
        assert [words for words in shown if words not in page] == []


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(5, "less than a minute"), (60, "1 min"), (3599, "59 min"), (12_000, "3 h 20 min")],
)
def test_the_time_left_reads_like_a_clock(seconds, text):
    assert left_text(Window(True, True, None, timedelta(seconds=seconds))) == text


def test_free_text_outside_the_window_is_refused_and_given_back(rani, here, closed, said, taken):
    before = len(said(taken))
    answer = cast.post(rani, f"{here}/reply", text="Pesanan Kakak siap <b>")
    assert (answer.status_code, len(said(taken))) == (409, before)
    assert "The 24-hour window has closed: choose a template." in answer.text
    assert "Pesanan Kakak siap &lt;b&gt;</textarea>" in answer.text


def test_a_live_page_is_told_why_and_keeps_its_draft_itself(rani, here, closed):
    token = cast.csrf(rani, here)
    rani.headers["HX-Request"] = "true"
    answer = rani.post(f"{here}/reply", data={"csrf": token, "text": "Halo"})
    assert (answer.status_code, "choose a template" in answer.text) == (409, True)
    assert "<html" not in answer.text


def test_a6_1_what_the_provider_says_counts_more_than_our_clock(app, rani, here, taken):
    with app.db.transaction() as session:
        talk = conversations.get(session, taken)
        message = messages.queue(session, talk, text="Halo")
        message.status, message.error_code = MessageStatus.FAILED, "WindowClosed"
    assert "WhatsApp takes no free text" in rani.get(f"{here}/window").text
    assert cast.post(rani, f"{here}/reply", text="Halo?").status_code == 409
    cast.ana_says(app, "halo")
    assert 'data-open="yes"' in rani.get(f"{here}/window").text


def test_a6_4_only_approved_templates_are_offered_in_their_language_first(app, rani, here, closed):
    shown = rani.get(f"{here}/templates").text
    names = re.findall(r"<strong>(\w+)</strong>", shown)
    assert names == ["kabar_keluhan", "pesanan_siap", "promo_gajian", "order_ready"]
    with app.db.transaction() as session:
        lookups.conversation_at(session, "whatsapp", cast.ANA).language = "en"
    assert (
        re.search(r"<strong>(\w+)</strong>", rani.get(f"{here}/templates").text)[1] == "order_ready"
    )


def test_a_list_that_did_not_come_is_shown_as_old(app, rani, here, closed):
    with app.db.transaction() as session:
        kept = templates.list_of(session, "demo-whatsapp")
        kept.synced_at = now() - timedelta(hours=3)
        templates.not_come(session, "demo-whatsapp", "Twilio did not answer")
    shown = rani.get(f"{here}/templates").text
    for words in ("fetched 3 h ago", "not renewed since", "Twilio did not answer"):
        assert words in shown


def test_a_chosen_template_asks_for_every_value(rani, here, template_id):
    shown = rani.get(f"{here}?template={template_id('pesanan_siap')}").text
    assert re.findall(r'name="(value-\d)"[^>]*required', shown) == list(COMPLETE)
    assert "Still needed: 1, 2, 3" in shown


@pytest.mark.parametrize(
    ("values", "shown"),
    [
        ({"value-1": "Ana <b>"}, ["Ana &lt;b&gt;", "Still needed: 2, 3"]),
        (COMPLETE, ["TS-204815", "this is what the customer will read"]),
        ({**COMPLETE, "value-2": "a     b"}, ["runs of more than 4 spaces"]),
        ({**COMPLETE, "value-3": "x" * 1100}, ["longer than 1024 characters"]),
    ],
)
def test_the_preview_shows_what_the_customer_will_read(rani, here, template_id, values, shown):
    chosen = {"template": template_id("pesanan_siap"), **values}
    answer = cast.post(rani, f"{here}/preview", **chosen).text
    assert [words for words in shown if words not in answer] == []


def test_a_complete_template_goes_out_although_the_window_is_closed(app, rani, here, template_id):
    chosen = {"template": template_id("pesanan_siap"), **COMPLETE}
    assert cast.post(rani, f"{here}/template", **chosen).status_code == 303
    cast.settle(app)
    sent = app.channels["demo-whatsapp"].sent[-1]
    assert sent.template.name == "memory-order-ready-id"
    assert sent.text.startswith("Halo Ana, pesanan TS-204815 sudah siap diambil di Sinar Dago.")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"value-2": " "}, "needs a value for: 2"),
        ({"value-2": "a\tb"}, "no line breaks, tabs"),
        ({"value-2": "a     b"}, "4 spaces"),
        ({"value-2": "x" * 1601}, "1600 characters"),
        ({"value-2": "x" * 1000}, "longer than 1024"),
    ],
)
def test_a6_3_an_incomplete_template_is_refused_with_the_reason(
    rani, here, template_id, said, taken, changed, why
):
    before = len(said(taken))
    form = {"template": template_id("pesanan_siap"), **COMPLETE, **changed}
    answer = cast.post(rani, f"{here}/template", **form)
    assert (answer.status_code, why in answer.text) == (422, True)
    assert len(said(taken)) == before


@pytest.mark.parametrize("name", ["kunjungan_teknisi", "hadiah_undian"])
def test_a6_4_a_template_that_is_not_approved_is_refused(rani, here, template_id, name):
    form = {"template": template_id(name), **COMPLETE}
    answer = cast.post(rani, f"{here}/template", **form)
    assert (answer.status_code, "not approved" in answer.text) == (422, True)


def test_a_template_that_lost_its_approval_meanwhile_is_refused(app, rani, here, template_id):
    chosen = {"template": template_id("pesanan_siap"), **COMPLETE}
    with app.db.transaction() as session:
        templates.set_state(session, "demo-whatsapp", "pesanan_siap", TemplateState.PAUSED, None)
    assert cast.post(rani, f"{here}/template", **chosen).status_code == 422


def test_advertising_needs_the_customers_consent(app, rani, here, template_id, talk, taken):
    form = {"template": template_id("promo_gajian"), **COMPLETE}
    assert "has not agreed" in cast.post(rani, f"{here}/template", **form).text
    with app.db.transaction() as session:
        consents.record(
            session, talk(taken).customer_id, purpose="marketing", channel="whatsapp",
            granted=True, wording="ya", wording_version="1", actor="customer",
        )  # fmt: skip
    assert cast.post(rani, f"{here}/template", **form).status_code == 303


def test_a_template_is_no_way_around_the_owner(signed_in, here, template_id):
    form = {"template": template_id("pesanan_siap"), **COMPLETE}
    assert cast.post(signed_in(cast.SARI), f"{here}/template", **form).status_code == 409


def test_a_template_sent_stands_in_the_audit_trail(app, rani, here, template_id, taken):
    chosen = template_id("pesanan_siap")
    cast.post(rani, f"{here}/template", template=chosen, **COMPLETE)
    with app.db.reading() as session:
        entry = audit.of_subject(session, "conversation", taken)[0]
    assert (entry.action, entry.detail["template"]) == ("reply", int(chosen))


@pytest.fixture
def by_sms(app, rani):
    """A conversation by SMS that Rani has taken."""
    sender = Sender(cast.ANA, "Ana", cast.ANA, VerifiedBy.CHANNEL)
    cast.settle(app, InboundMessage("demo-sms", ChannelKind.SMS, "s1", sender, "orang"))
    with app.db.reading() as session:
        here = f"/console/conversations/{lookups.conversation_at(session, 'sms', cast.ANA).id}"
    cast.post(rani, f"{here}/take")
    return here


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a" * 160, ["160 characters", "GSM-7", "1 SMS segment<", "0 left"]),
        ("a" * 161, ["161 characters", "2 SMS segments", "145 left"]),
        ("Halo “Ana”", ["UCS-2", "<kbd>“</kbd>", "<kbd>”</kbd>", "only 70 a segment"]),
        ("a" * 1700, ["goes out as 2 messages"]),
    ],
)
def test_the_size_of_an_sms_is_counted_as_it_is_charged(rani, by_sms, text, shown):
    answer = cast.post(rani, f"{by_sms}/count", text=text).text
    assert [words for words in shown if words not in answer] == []


@pytest.mark.parametrize(
    ("text", "shown"),
    [("a" * 3000, False), ("a" * 3700, "3.700 of 4.096 characters")],
)
def test_elsewhere_the_limit_is_told_when_it_is_near(rani, here, text, shown):
    answer = cast.post(rani, f"{here}/count", text=text).text
    assert shown in answer if shown else "character" not in answer


def test_sms_has_no_window_and_no_templates(rani, by_sms):
    page = rani.get(by_sms).text
    assert 'data-open="yes"' in page
    assert 'id="templates"' not in page


def test_a9_1_a_customer_who_cannot_answer_is_told_of(app, rani, by_sms):
    note = "cannot answer this SMS"
    assert note not in rani.get(by_sms).text
    named = MemoryChannel("demo-sms", Config(kind="sms", sender="TOKOSINAR"), public_url="")
    app.channels["demo-sms"] = named
    assert note in rani.get(by_sms).text
    asyncio.run(named.close())
