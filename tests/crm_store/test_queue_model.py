"""In whatever order messages are written, sent, lost and reported, the queue keeps its word.

Nothing is taken twice or out of turn, nothing that waits is forgotten, and a status only moves
forward. The store is played against a list of jobs simple enough to be believed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from crm_store import messages, outbox
from crm_store.models import Conversation, Message, Touchpoint
from crm_store.models.kinds import MessageStatus as S
from crm_store.models.kinds import TouchKind
from crm_store.session import Session, now
from tests.crm_store.playing import forgotten
from tests.crm_store_cast import arrive

PAST = timedelta(hours=1)
SECOND = timedelta(seconds=1)
TALKS = 3
REPORTS = (S.SENT, S.DELIVERED, S.READ, S.FAILED)
BEFORE = {
    S.SENT: {S.SENDING, S.UNKNOWN},
    S.DELIVERED: {S.SENDING, S.UNKNOWN, S.SENT},
    S.READ: {S.SENDING, S.UNKNOWN, S.SENT, S.DELIVERED},
    S.FAILED: {S.SENDING, S.UNKNOWN, S.SENT},
}
talk = st.integers(0, TALKS - 1)
which = st.integers(0, 6)
"""0 is who took a message last."""
WRITE = st.tuples(st.just("write"), talk, st.sampled_from((0, 0, 5)), st.booleans())
CLAIM = st.tuples(st.just("claim"), st.integers(1, 4))
SENT = st.tuples(st.just("sent"), which)
STEPS = st.lists(
    st.one_of(
        *(WRITE, WRITE, WRITE, WRITE, CLAIM, CLAIM, CLAIM, SENT, SENT),
        st.tuples(st.just("ends"), which, st.sampled_from(("failed", "unknown", "dropped"))),
        st.tuples(st.just("retry"), which, st.booleans()),
        st.tuples(st.just("vanish")),
        st.tuples(st.just("report"), which, st.sampled_from(REPORTS)),
        st.tuples(st.just("cancel"), which),
    ),
    min_size=10,
    max_size=40,
)


@dataclass
class Job:
    """What the model knows of one message."""

    id: int
    talk: int
    priority: int
    second: int
    """When it may go, in seconds of the model; None of them is waited for."""
    status: S = S.QUEUED
    tries: int = 0
    known_as: str | None = None


@dataclass
class Model:
    """Plays every step on the store and on its own jobs."""

    session: Session
    talks: list[Conversation]
    jobs: list[Job] = field(default_factory=list)
    taken: list[outbox.Claimed] = field(default_factory=list)
    early: list[tuple[str, S]] = field(default_factory=list)
    clock: int = 0

    def write(self, talk: int, priority: int, due: bool) -> None:
        second = self._when(due)
        message = messages.queue(
            self.session,
            self.talks[talk],
            text="halo",
            priority=priority,
            not_before=self._at(second),
        )
        self.jobs.append(Job(message.id, talk, priority, second))

    def claim(self, limit: int) -> int:
        claimed = outbox.claim(self.session, limit=limit)
        expected = self._due()[:limit]
        assert [one.id for one in claimed] == [job.id for job in expected]
        for job in expected:
            job.status, job.tries = S.SENDING, job.tries + 1
        self.taken += claimed
        return len(claimed)

    def sent(self, which: int) -> None:
        """The provider took it; whoever says so may be a worker that slept for long."""
        if not self.taken:
            return
        claimed = self._taken(which)
        job, provider_id = self._job(claimed), provider_key(claimed)
        outbox.mark_sent(self.session, claimed, provider_id)
        if job.status in (S.SENDING, S.UNKNOWN):
            job.status, job.known_as = S.SENT, provider_id
            told, self.early = self.early, []
            for told_of, status in told:
                self._told(told_of, status)

    def ends(self, which: int, how: str) -> None:
        if not self.taken:
            return
        claimed = self._taken(which)
        said = {"failed": {"error_code": "1", "error": "x"}}.get(how, {"error": "x"})
        getattr(outbox, f"mark_{how}")(self.session, claimed.id, attempt=claimed.attempt, **said)
        if self._last_word(claimed):
            self._job(claimed).status = S(how)

    def retry(self, which: int, due: bool) -> None:
        if not self.taken:
            return
        claimed, second = self._taken(which), self._when(due)
        later = {"not_before": self._at(second), "attempt": claimed.attempt}
        outbox.mark_retry(self.session, claimed.id, **later)
        if self._last_word(claimed):
            job = self._job(claimed)
            job.status, job.second = S.QUEUED, second

    def vanish(self) -> None:
        """All who were sending are killed, and their leases run out."""
        lost = [job for job in self.jobs if job.status == S.SENDING]
        over = now() + 2 * outbox.LEASE
        assert outbox.sweep_expired(self.session, at=over) == sorted(job.id for job in lost)
        for job in lost:
            job.status = S.UNKNOWN

    def report(self, which: int, status: S) -> None:
        """The provider tells of a message, maybe before we recorded its id."""
        if not self.taken:
            return
        provider_id = provider_key(self._taken(which))
        messages.apply_status(self.session, "shop", provider_id, status)
        self._told(provider_id, status)

    def cancel(self, which: int) -> None:
        if not self.jobs:
            return
        job = self.jobs[which % len(self.jobs)]
        assert messages.mark_canceled(self.session, job.id) == (job.status == S.QUEUED)
        if job.status == S.QUEUED:
            job.status = S.CANCELED

    def _told(self, provider_id: str, status: S) -> None:
        job = next((job for job in self.jobs if job.known_as == provider_id), None)
        if job is None:
            self.early.append((provider_id, status))
        elif job.status in BEFORE[status]:
            job.status = status

    def _due(self) -> list[Job]:
        waiting = [job for job in self.jobs if job.status in (S.QUEUED, S.SENDING)]
        due = [
            job
            for job in waiting
            if job.status == S.QUEUED
            and job.second <= self.clock
            and not any(_ahead(other, job) for other in waiting)
        ]
        return sorted(due, key=lambda job: (job.priority, job.second, job.id))

    def _when(self, due: bool) -> int:
        self.clock += 1
        return self.clock if due else self.clock + 10_000

    def _at(self, second: int) -> datetime:
        return now() - PAST + second * SECOND

    def _taken(self, which: int) -> outbox.Claimed:
        return self.taken[-1 - which % len(self.taken)]

    def _job(self, claimed: outbox.Claimed) -> Job:
        return next(job for job in self.jobs if job.id == claimed.id)

    def _last_word(self, claimed: outbox.Claimed) -> bool:
        """Only who took it last may say what became of it, and only once."""
        job = self._job(claimed)
        return job.status in (S.SENDING, S.UNKNOWN) and job.tries == claimed.attempt


def provider_key(claimed: outbox.Claimed) -> str:
    return f"SM{claimed.id}-{claimed.attempt}"


def _ahead(other: Job, job: Job) -> bool:
    if other.talk != job.talk or other is job:
        return False
    return other.status == S.SENDING or (other.priority, other.id) < (job.priority, job.id)


def stored(session: Session) -> list[tuple[int, S, str | None]]:
    found = session.execute(
        select(Message.id, Message.status, Message.provider_id).order_by(Message.id)
    )
    return [tuple(row) for row in found]


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_the_queue_agrees_with_the_model_after_every_step(db, steps):
    with forgotten(db) as session:
        talks = [arrive(session, f"+62812000000{n}", "Ana").conversation for n in range(TALKS)]
        model = Model(session, talks)
        for what, *arguments in steps:
            getattr(model, what)(*arguments)
            expected = [(job.id, job.status, job.known_as) for job in model.jobs]
            assert stored(session) == expected
        everything_due_leaves(model)
        told = session.scalars(
            select(Touchpoint.ref_id).where(Touchpoint.kind == TouchKind.MESSAGE_OUT)
        ).all()
        assert sorted(told) == [job.id for job in model.jobs if job.known_as]


def everything_due_leaves(model: Model) -> None:
    """Once those who are sending end, every conversation empties as far as it is due."""
    while any(job.status == S.SENDING for job in model.jobs) or model.claim(2):
        for place, claimed in enumerate(model.taken):
            if model._last_word(claimed):
                model.sent(len(model.taken) - 1 - place)
    assert model._due() == []
