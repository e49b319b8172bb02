"""A file is fetched after its message: once, within limits, again if it could not be had."""

import asyncio
from datetime import timedelta

import pytest

from bot import inbound
from bot.files.fetching import GONE_ATTEMPTS, MOST_ATTEMPTS
from channels.base import Attachment
from channels.errors import (
    ForeignHost,
    MediaError,
    Misconfigured,
    RateLimited,
    TooLarge,
    Unreachable,
)
from crm_store.session import now
from tests.attachments.conftest import PDF, PNG

PHOTO = Attachment("photo-1", "image/jpeg", "foto.png")


def test_a_photo_is_fetched_and_kept_under_its_digest(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO, text="kulkasnya begini")
    assert (file.state, file.content_type, file.size) == ("stored", "image/png", len(PNG))
    assert (shop.folder / file.digest[:2] / file.digest).read_bytes() == PNG


def test_files_of_a_message_keep_their_order(shop):
    shop.holds("photo-1", PNG)
    shop.holds("nota", PDF)
    found = shop.ana_sends(PHOTO, Attachment("nota", filename="nota.pdf"))
    assert [(one.position, one.filename) for one in found] == [(0, "foto.png"), (1, "nota.pdf")]


def test_the_same_file_twice_takes_its_room_once(shop):
    shop.holds("photo-1", PNG)
    [one], [other] = shop.ana_sends(PHOTO), shop.ana_sends(PHOTO)
    assert one.digest == other.digest
    assert len([path for path in shop.folder.rglob("*") if path.is_file()]) == 1


def test_nobody_else_may_read_or_start_what_is_kept(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO)
    kept = shop.folder / file.digest[:2] / file.digest
    assert (kept.stat().st_mode & 0o777, kept.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("error", "state", "reason"),
    [
        (TooLarge(), "refused", "too_large"),
        (ForeignHost(), "refused", "host"),
        (MediaError("too many redirects"), "failed", "unreachable"),
    ],
)
def test_what_cannot_be_helped_is_settled_at_once(shop, error, state, reason):
    shop.channel.broken.append(error)
    [file] = shop.ana_sends(PHOTO)
    assert (file.state, file.reason, file.attempts) == (state, reason, 1)


@pytest.mark.parametrize("error", [Unreachable("502"), Misconfigured("token"), OSError("disk")])
def test_what_may_be_had_later_waits_and_is_tried_again(shop, error):
    shop.channel.broken.append(error)
    shop.holds("photo-1", PNG)
    before = now()
    [file] = shop.ana_sends(PHOTO)
    assert (file.state, file.attempts) == ("waiting", 1)
    assert file.not_before > before
    shop.change(not_before=now())
    shop.work()
    assert shop.files_of(file.message_id)[0].state == "stored"


def test_a_file_missing_at_first_is_there_a_moment_later(shop):
    [file] = shop.ana_sends(PHOTO)
    assert (file.state, file.error) == ("waiting", "The file is no longer where it was.")
    assert now() < file.not_before < now() + timedelta(seconds=3)
    shop.holds("photo-1", PNG)
    shop.change(not_before=now())
    shop.work()
    assert shop.files_of(file.message_id)[0].state == "stored"


def test_a_file_that_stays_missing_is_gone(shop):
    [file] = shop.ana_sends(PHOTO)
    for _ in range(GONE_ATTEMPTS - 1):
        shop.change(not_before=now())
        shop.work()
    [file] = shop.files_of(file.message_id)
    assert (file.state, file.reason, file.attempts) == ("failed", "gone", GONE_ATTEMPTS)


def test_a_provider_that_asks_for_patience_is_given_it(shop):
    shop.channel.broken.append(RateLimited(retry_after=timedelta(minutes=20)))
    [file] = shop.ana_sends(PHOTO)
    assert file.not_before > now() + timedelta(minutes=19)


def test_nobody_tries_for_ever(shop):
    shop.channel.broken.append(Unreachable("502"))
    [file] = shop.ana_sends(PHOTO)
    shop.change(not_before=now(), attempts=MOST_ATTEMPTS - 1)
    shop.channel.broken.append(Unreachable("502"))
    shop.work()
    [file] = shop.files_of(file.message_id)
    assert (file.state, file.reason, file.error) == ("failed", "unreachable", "502")


def test_a_file_whose_worker_died_is_due_again(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO)
    shop.change(state="waiting", digest=None, lease_until=now() + timedelta(minutes=1))
    shop.work()
    assert shop.files_of(file.message_id)[0].state == "waiting"
    shop.change(lease_until=now())
    shop.work()
    assert shop.files_of(file.message_id)[0].state == "stored"


def test_a_file_that_kills_its_worker_does_not_do_so_for_ever(shop):
    shop.channel.broken.append(Unreachable("502"))
    [file] = shop.ana_sends(PHOTO)
    shop.change(not_before=now(), attempts=MOST_ATTEMPTS, lease_until=now())
    shop.work()
    assert shop.files_of(file.message_id)[0].state == "failed"


@pytest.fixture
def slow(shop):
    """A provider that does not come to an end."""

    async def never(attachment, **limits):
        await asyncio.Event().wait()

    shop.channel.download = never
    return shop


@pytest.mark.parametrize("lease", [1.0])
def test_a_provider_that_never_ends_is_left_before_the_lease_is(slow):
    [file] = slow.ana_sends(PHOTO)
    assert (file.state, file.lease_until, file.error) == ("waiting", None, "TimeoutError: ")


def test_a_worker_that_is_stopped_leaves_its_file_to_the_next(slow):
    async def stopped(worker):
        await worker._fetcher.step()
        await worker._fetcher.stop()

    slow.run(lambda _: inbound.accept(slow.app, [slow.message(PHOTO)]))
    slow.run(stopped)
    [file] = slow.files_of(1)
    assert (file.state, file.lease_until, file.attempts) == ("waiting", None, 0)


def test_a_repeated_webhook_notes_its_files_once(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO)
    shop._said -= 1
    with pytest.raises(ValueError, match="unpack"):
        shop.ana_sends(PHOTO)
    assert len(shop.files_of(file.message_id)) == 1


def test_a_message_without_files_asks_nothing_more_of_the_store(shop):
    assert shop.ana_sends(text="halo") == []
    assert not shop.folder.exists()
