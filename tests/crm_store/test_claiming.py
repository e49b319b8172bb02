"""Several workers claim from one queue: nothing twice, nothing forgotten, always in order."""

from concurrent.futures import ThreadPoolExecutor

from crm_store import messages
from tests.crm_store_cast import arrive

PEOPLE, EACH = 12, 4


def fill(db):
    with db.transaction() as session:
        for number in range(PEOPLE):
            person = arrive(session, f"+6281200000{number:02d}", "Somebody")
            for text in range(EACH):
                messages.queue(session, person.conversation, text=str(text))


def send_all(db, sent):
    """What is claimed by another has to be waited for, so it asks until nothing is left."""
    while len(sent) < PEOPLE * EACH:
        send_some(db, sent)


def send_some(db, sent):
    with db.transaction() as session:
        claimed = messages.claim(session, limit=5)
    for message in claimed:
        sent.append((message.conversation_id, int(message.text)))
    with db.transaction() as session:
        messages.mark_many_sent(session, [(one, f"p{one.id}", ()) for one in claimed])


def test_workers_share_a_queue_and_keep_each_conversations_order(real_db):
    fill(real_db)
    sent: list[tuple[int, int]] = []
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: send_all(real_db, sent), range(4)))
    assert len(sent) == len(set(sent)) == PEOPLE * EACH
    for conversation in {one for one, _ in sent}:
        assert [text for one, text in sent if one == conversation] == list(range(EACH))


def test_a_worker_does_not_wait_for_what_another_is_claiming(real_db):
    fill(real_db)
    if real_db.dialect == "sqlite":
        return  # one writer at a time; there is nobody to wait for
    with real_db.transaction() as one, real_db.transaction() as other:
        first, second = messages.claim(one, limit=5), messages.claim(other, limit=5)
    assert len(first) == len(second) == 5
    assert not {message.id for message in first} & {message.id for message in second}
