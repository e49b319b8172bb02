"""C8.2: a mail of unknown outcome is looked up by its Message-ID, never sent again blindly."""

from datetime import UTC, datetime, timedelta

import pytest

from channels.abilities import Reconciler
from channels.base import DeliveryStatus
from channels.errors import Unreachable

pytestmark = pytest.mark.anyio
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


async def test_a_copy_in_the_sent_folder_proves_it_was_sent(
    imap, from_mailbox, to_ana, tokens, new_mail
):
    own = tokens.message_id("17")
    await imap.append(new_mail(Message_ID=own), "Sent")
    receipt = await from_mailbox(sent_folder="Sent").reconcile(to_ana(), LONG_AGO)
    assert (receipt.provider_id, receipt.status) == (own, DeliveryStatus.SENT)


@pytest.mark.parametrize("field", ["In_Reply_To", "References", "To"])
async def test_an_answer_or_a_bounce_proves_it_was_sent(
    field, imap, from_mailbox, to_ana, tokens, new_mail
):
    back = {"To": tokens.address("17")} if field == "To" else {field: tokens.message_id("17")}
    await imap.append(new_mail(From="MAILER-DAEMON@mx.example", **back))
    receipt = await from_mailbox().reconcile(to_ana(), LONG_AGO)
    assert receipt.status == DeliveryStatus.SENT


async def test_not_there_proves_nothing_unless_the_folder_is_complete(imap, from_mailbox, to_ana):
    await imap.append(b"From: x\r\n\r\n", "Sent")
    with pytest.raises(Unreachable):
        await from_mailbox(sent_folder="Sent").reconcile(to_ana(), LONG_AGO)
    complete = from_mailbox(sent_folder="Sent", sent_is_complete=True)
    assert await complete.reconcile(to_ana(), LONG_AGO) is None


async def test_too_early_proves_nothing(imap, from_mailbox, to_ana):
    await imap.append(b"From: x\r\n\r\n", "Sent")
    complete = from_mailbox(sent_folder="Sent", sent_is_complete=True)
    with pytest.raises(Unreachable, match="early"):
        await complete.reconcile(to_ana(), datetime.now(UTC))


async def test_what_waited_long_and_was_tried_just_now_may_still_arrive(imap, from_mailbox, to_ana):
    await imap.append(b"From: x\r\n\r\n", "Sent")
    complete = from_mailbox(sent_folder="Sent", sent_is_complete=True)
    with pytest.raises(Unreachable, match="early"):
        await complete.reconcile(to_ana(tried_at=datetime.now(UTC)), LONG_AGO)


async def test_without_a_mailbox_a_person_decides(new_channel, to_ana):
    channel = new_channel()
    assert isinstance(channel, Reconciler)
    with pytest.raises(Unreachable):
        await channel.reconcile(to_ana(), LONG_AGO)
