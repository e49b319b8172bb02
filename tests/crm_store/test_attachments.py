"""Files are noted with their message and claimed by one worker at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from crm_store import attachments, batch, messages
from crm_store.attachments import Found
from crm_store.batch import Arrival
from crm_store.identities import Claim
from crm_store.messages import Inbound
from crm_store.models.kinds import FileState
from crm_store.session import Database, now

LEASE = timedelta(seconds=60)
PHOTO = {"reference": "f1", "content_type": "image/png", "filename": "a.png", "size": 7}


def arrival(provider_id, *files):
    sender = Claim("whatsapp", "+628120000001", phone="+628120000001", verified_by="channel")
    content = {"attachments": list(files)} if files else {}
    return Arrival("shop", sender, Inbound(provider_id, "halo", content=content))


def claimed(session, **keys):
    return attachments.claim(session, **({"limit": 10, "lease": LEASE} | keys))


def file_of(session, message_id):
    found = attachments.of_messages(session, [messages.get(session, message_id)])
    [file] = found[message_id]
    session.refresh(file)
    return file


def test_files_are_noted_with_their_messages(session):
    one, two = batch.store(session, [arrival("m1", PHOTO), arrival("m2", PHOTO, PHOTO)])
    found = claimed(session)
    assert [file.message_id for file in found] == [one.message_id] + [two.message_id] * 2
    assert (found[0].reference, found[0].filename, found[0].claimed_size) == ("f1", "a.png", 7)
    assert (found[0].conversation_id, found[0].channel) == (one.conversation_id, "shop")


def test_a_repeat_notes_nothing(session):
    batch.store(session, [arrival("m1", PHOTO)])
    assert batch.store(session, [arrival("m1", PHOTO)]) == [None]
    assert len(claimed(session)) == 1


def test_one_message_alone_notes_its_files_too(session, ana):
    inbound = Inbound("m1", content={"attachments": [PHOTO]})
    message = messages.record_inbound(session, ana.conversation, inbound)
    assert [file.message_id for file in claimed(session)] == [message.id]


def test_a_message_without_files_costs_no_statement(session):
    asked = []
    listen = ("before_cursor_execute", lambda *call: asked.append(call[2]))
    event.listen(session.get_bind(), *listen)
    [stored] = batch.store(session, [arrival("m1")])
    assert attachments.of_messages(session, [messages.get(session, stored.message_id)]) == {}
    event.remove(session.get_bind(), *listen)
    assert asked
    assert not [statement for statement in asked if "attachments" in statement]


@pytest.mark.parametrize("size", [-1, 0, None, 10**30])
def test_a_size_may_be_any_number_somebody_claims(session, size):
    batch.store(session, [arrival("m1", {**PHOTO, "size": size})])
    assert len(claimed(session)) == 1


def test_a_claimed_file_is_nobody_elses_until_its_lease_ends(session):
    batch.store(session, [arrival("m1", PHOTO)])
    [first] = claimed(session)
    assert claimed(session) == []
    [second] = claimed(session, at=now() + LEASE)
    assert (first.attempts, second.attempts) == (1, 2)


def test_workers_at_once_never_have_the_same_file(real_db: Database):
    with real_db.transaction() as session:
        batch.store(session, [arrival(f"m{number}", PHOTO) for number in range(10)])

    def work(_: int) -> list[int]:
        with real_db.transaction() as session:
            return [file.id for file in claimed(session, limit=3)]

    with ThreadPoolExecutor(4) as workers:
        had = [id_ for ids in workers.map(work, range(4)) for id_ in ids]
    assert len(set(had)) == len(had) > 0


def test_what_was_given_back_counts_no_attempt(session):
    batch.store(session, [arrival("m1", PHOTO)])
    attachments.let_go(session, [file.id for file in claimed(session)])
    [again] = claimed(session)
    assert again.attempts == 1


def test_the_first_outcome_stays(session):
    [stored] = batch.store(session, [arrival("m1", PHOTO)])
    [file] = claimed(session)
    attachments.stored(session, file.id, Found("d" * 64, 7, "image/png", "a.png"))
    attachments.given_up(session, file.id, FileState.FAILED, "gone")
    attachments.later(session, file.id, now())
    found = file_of(session, stored.message_id)
    assert (found.state, found.digest, found.reason) == ("stored", "d" * 64, None)


def test_only_a_file_that_failed_is_fetched_again(session):
    batch.store(session, [arrival("m1", PHOTO)])
    [file] = claimed(session)
    assert not attachments.again(session, file.id)
    attachments.given_up(session, file.id, FileState.FAILED, "gone")
    assert attachments.again(session, file.id)
    assert claimed(session)[0].attempts == 1


def test_originals_of_old_messages_are_forgotten_a_few_at_a_time_and_the_messages_stay(session):
    raw = [Inbound(f"m{number}", "halo", raw=b"{}") for number in range(5)]
    stored = batch.store(session, [replace(arrival("m"), inbound=one) for one in raw])
    for one in stored[:3]:
        messages.get(session, one.message_id).created_at = now() - LEASE
    session.flush()
    before = now() - LEASE / 2
    left = [attachments.remove_originals(session, before, limit=2) for _ in range(2)]
    kept = [bool(messages.original(session, one.message_id)) for one in stored]
    assert (left, kept) == ([True, False], [False] * 3 + [True] * 2)
    assert attachments.original(session, stored[0].message_id) == b""
