"""What may be sent when: WhatsApp's window and approved templates (A6.1-A6.4, A6.7)."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from channels.base import Attachment, Template
from channels.errors import Refused, WindowClosed
from tests.peers.twilio_resources import content
from tests.peers.twilio_server import Fault

pytestmark = pytest.mark.anyio

PHOTO = Attachment("https://toko-sinar.example/kulkas.jpg", "image/jpeg")


def posts(twilio):
    return [form for method, path, form in twilio.requests if method == "POST"]


@pytest.mark.parametrize("hours", [None, 24, 25])
async def test_a6_1_outside_the_window_only_a_template_goes(shop, twilio, to_ana, hours):
    last = datetime.now(UTC) - timedelta(hours=hours) if hours else None
    with pytest.raises(WindowClosed):
        await shop.send(to_ana(last_inbound_at=last))
    assert posts(twilio) == []


async def test_a6_1_the_window_is_open_for_a_day(shop, twilio, to_ana):
    await shop.send(to_ana(last_inbound_at=datetime.now(UTC) - timedelta(hours=23, minutes=59)))
    assert len(posts(twilio)) == 1


async def test_a6_1_sms_has_no_window(shop, twilio, sms_to_budi):
    await shop.send(sms_to_budi(last_inbound_at=None))
    assert len(posts(twilio)) == 1


@pytest.fixture
def template():
    return Template("pesanan_siap", {"1": "Ana", "2": "TS-204815"})


async def test_a6_1_an_approved_template_opens_the_conversation(shop, twilio, to_ana, template):
    twilio.contents.append(content("pesanan_siap", "Halo {{1}}, pesanan {{2}} siap diambil."))
    await shop.send(to_ana("", template=template, last_inbound_at=None))
    [form] = posts(twilio)
    assert json.loads(form["ContentVariables"]) == {"1": "Ana", "2": "TS-204815"}
    assert "Body" not in form
    assert twilio.messages[0]["body"] == "Halo Ana, pesanan TS-204815 siap diambil."


@pytest.mark.parametrize("status", ["pending", "rejected", "paused", "disabled", "unsubmitted"])
async def test_a6_4_an_unapproved_template_does_not(shop, twilio, to_ana, template, status):
    twilio.contents.append(content("pesanan_siap", "Halo {{1}}: {{2}}.", status=status))
    with pytest.raises(Refused, match=status):
        await shop.send(to_ana("", template=template, last_inbound_at=None))
    assert posts(twilio) == []


async def test_a6_3_missing_variables_are_named_and_nothing_is_sent(shop, twilio, to_ana):
    twilio.contents.append(content("pesanan_siap", "Halo {{1}}: {{2}} {{nama}}.", **{"1": "x"}))
    with pytest.raises(Refused, match="2, nama"):
        await shop.send(to_ana("", template=Template("pesanan_siap", {"1": "Ana", "2": " "})))
    assert posts(twilio) == []


async def test_a6_4_a_template_that_was_paused_is_looked_up_again(shop, twilio, to_ana, template):
    twilio.contents.append(content("pesanan_siap", "Halo {{1}}: {{2}}."))
    twilio.faults.append(Fault(400, 63041))
    with pytest.raises(Refused):
        await shop.send(to_ana("", template=template))
    twilio.contents[0]["approval_requests"]["status"] = "paused"
    with pytest.raises(Refused, match="paused"):
        await shop.send(to_ana("", template=template, last_inbound_at=None))


async def test_a6_7_a_template_takes_no_other_media(shop, to_ana, template):
    with pytest.raises(Refused, match="own media"):
        await shop.send(to_ana("", template=template, attachments=(PHOTO,)))
