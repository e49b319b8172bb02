"""The folder of files: complete or not there, nothing left behind, room left for others."""

import os

import pytest

from bot.files import fetching
from bot.files.store import FRESH_SECONDS, FileStore, NoRoomError
from channels.base import Attachment
from crm_store.session import now
from tests.attachments.conftest import PNG

PHOTO = Attachment("photo-1", filename="foto.png")


def age(folder):
    """Let more than an hour go by."""
    for path in folder.rglob("*"):
        os.utime(path, (0, path.stat().st_mtime - FRESH_SECONDS - 1))


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path, reserve=0)


def test_a_file_is_found_by_its_digest(store):
    digest = store.keep(PNG)
    assert store.find(digest).read_bytes() == PNG
    assert store.keep(PNG) == digest


@pytest.mark.parametrize("digest", ["", "../secret_key", "0" * 63, "0" * 64, "A" * 64])
def test_nothing_else_is_found(store, digest):
    assert store.find(digest) is None


def test_a_write_that_fails_leaves_nothing(store, tmp_path, monkeypatch):
    def broken(descriptor):
        raise OSError("disk")

    monkeypatch.setattr(os, "fsync", broken)
    with pytest.raises(OSError, match="disk"):
        store.keep(PNG)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_nearly_full_disk_takes_no_more_files(tmp_path):
    with pytest.raises(NoRoomError, match="nearly full"):
        FileStore(tmp_path, reserve=10**18).keep(PNG)


def test_what_a_dead_worker_left_is_tidied_up_after_an_hour(store, tmp_path):
    digest = store.keep(PNG)
    left = tmp_path / digest[:2] / ".new-1"
    left.write_bytes(b"half")
    assert store.tidy() == 0
    age(tmp_path)
    assert (store.tidy(), left.exists(), store.find(digest) is None) == (1, False, False)


@pytest.mark.parametrize("rules", [{"keep_days": 30}])
def test_after_keep_days_a_file_is_deleted(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO)
    assert shop.run(lambda _: fetching.remove_old(shop.app)) == 0
    shop.change(created_at=now().replace(year=2020))
    age(shop.folder)
    assert shop.run(lambda _: fetching.remove_old(shop.app)) == 1
    assert shop.files_of(file.message_id)[0].state == "removed"
    assert fetching.store_of(shop.app).find(file.digest) is None


@pytest.mark.parametrize("rules", [{"keep_days": 30}])
def test_a_file_that_came_again_stays(shop):
    shop.holds("photo-1", PNG)
    [file] = shop.ana_sends(PHOTO)
    shop.change(created_at=now().replace(year=2020))
    shop.ana_sends(PHOTO)
    age(shop.folder)
    assert shop.run(lambda _: fetching.remove_old(shop.app)) == 0
    assert fetching.store_of(shop.app).find(file.digest)


@pytest.mark.parametrize("rules", [{}])
def test_without_keep_days_files_stay_for_good(shop):
    shop.holds("photo-1", PNG)
    shop.ana_sends(PHOTO)
    shop.change(created_at=now().replace(year=2020))
    assert shop.run(lambda _: fetching.remove_old(shop.app)) == 0
