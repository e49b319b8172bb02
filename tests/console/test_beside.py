"""What customers send beside words and files is shown to staff, and only as text."""

import pytest

from channels.base import ChannelKind, InboundMessage, MessageKind, Sender, VerifiedBy
from tests.console import cast

HOSTILE = '"><script>alert(1)</script>'


@pytest.fixture
def shown(app, rani):
    """The thread after Ana sent a message with this beside it."""

    def make(text="", kind=MessageKind.OTHER, **metadata):
        sender = Sender(cast.ANA, "Ana Permata", cast.ANA, VerifiedBy.CHANNEL)
        message = InboundMessage(
            "demo-whatsapp", ChannelKind.WHATSAPP, "b1", sender, text, kind, metadata=metadata
        )
        cast.settle(app, message)
        return rani.get("/console/conversations/1/thread").text

    return make


def test_a_place_leads_to_a_map(shown):
    place = {"latitude": "-6.89", "longitude": "107.61", "label": "Dago", "address": "Bandung"}
    page = shown(kind=MessageKind.LOCATION, location=place)
    assert "https://www.openstreetmap.org/?mlat=-6.89&amp;mlon=107.61" in page
    assert "Dago" in page
    assert "Bandung" in page


def test_a_contact_card_says_whom_it_shows(shown):
    card = {"first_name": "Budi", "last_name": "Santoso", "phone_number": "+62812-0000-0002"}
    page = shown(kind=MessageKind.CONTACT, contact=card)
    assert "Budi Santoso" in page
    assert "+62812-0000-0002" in page


@pytest.mark.parametrize(
    ("beside", "words"),
    [
        ({"links": ["https://toko-sinar.example/promo"]}, "https://toko-sinar.example/promo"),
        ({"quote": "2 pintu"}, "2 pintu"),
        ({"forwarded": "true"}, "Forwarded"),
        ({"forwarded": True}, "Forwarded"),
        ({"content": "paid_media"}, "Sent a paid media"),
        ({"referral": {"Headline": "Kulkas murah"}}, "Kulkas murah"),
        ({"referral": {"SourceUrl": "https://fb.me/x"}}, "https://fb.me/x"),
    ],
)
def test_whatever_else_came_is_said(shown, beside, words):
    assert words in shown(**beside)


def test_what_is_shown_needs_no_word_for_its_kind(shown):
    assert "(contact)" not in shown(kind=MessageKind.CONTACT, contact={"first_name": "Budi"})


def test_a_message_that_was_not_forwarded_does_not_say_so(shown):
    assert "Forwarded" not in shown("halo", forwarded="false")


@pytest.mark.parametrize(
    "beside",
    [
        {"location": {"latitude": HOSTILE, "longitude": HOSTILE, "label": HOSTILE}},
        {"contact": {"first_name": HOSTILE}},
        {"links": ["javascript:alert(1)", HOSTILE]},
        {"quote": HOSTILE},
        {"content": HOSTILE},
        {"referral": {"Headline": HOSTILE}},
        {"location": "x", "contact": 1, "referral": []},
    ],
)
def test_none_of_it_is_ever_markup_or_a_script(shown, beside):
    page = shown(**beside)
    assert "<script>alert" not in page
    assert 'href="javascript:' not in page
