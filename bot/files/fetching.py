"""Customers' files: fetched after their message, within limits, checked, and kept.

The truth is in the store: a file waits, is claimed with a lease, and is fetched with no
transaction open. Of a worker that dies in between the lease ends, and the file is due again; a
file that was written already is found by its content.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot import metrics
from bot.app import App
from bot.files import kinds
from bot.files.store import FileStore
from bot.logs import logger
from bot.outbound import backoff
from bot.settings import AttachmentsSection
from channels.abilities import Downloader
from channels.base import Attachment, Media
from channels.errors import (
    ChannelError,
    ForeignHost,
    Gone,
    MalformedRequest,
    MediaError,
    RateLimited,
    TooLarge,
)
from channels.filenames import safe
from crm_store import attachments
from crm_store.attachments import Found, Wanted
from crm_store.models.kinds import FileState
from crm_store.session import Session, now

log = logger("attachments")
AT_ONCE = 4
MOST_ATTEMPTS = 10
GONE_ATTEMPTS = 5
"""So often a file must be missing to be gone: Twilio's webhook may come before the file can be had
(its support: "Intermittent 404 Errors When Accessing Media URLs"). That is half a minute."""
SLOWER = 5.0
"""How much longer than for a message the waits between two tries are: an hour and a half in all."""
_REASONS: dict[type, tuple[FileState, str]] = {
    TooLarge: (FileState.REFUSED, "too_large"),
    ForeignHost: (FileState.REFUSED, "host"),
    Gone: (FileState.FAILED, "gone"),
    MediaError: (FileState.FAILED, "unreachable"),
    MalformedRequest: (FileState.FAILED, "unreachable"),
}


class RefusedError(Exception):
    """We do not keep such a file; the argument is the reason."""


@dataclass(frozen=True, slots=True)
class Task:
    """Claim at most `limit` files for `lease`."""

    limit: int
    lease: timedelta


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file: found, given up (`state`, `reason`), or `not_before` again."""

    file: Wanted
    found: Found | None = None
    state: FileState = FileState.FAILED
    reason: str = ""
    error: str = ""
    not_before: datetime | None = None


def store_of(app: App) -> FileStore:
    """The folder of files of this installation."""
    return FileStore(app.settings.data / "attachments")


class Fetcher:
    """Fetches files that are due, a few at once; runs in one event loop."""

    def __init__(self, app: App, *, store: FileStore | None = None) -> None:
        self._app = app
        self._rules = app.settings.attachments
        self._lease = app.settings.worker.lease
        self._store = store or store_of(app)
        self._under_way: dict[asyncio.Task[None], Wanted] = {}

    async def step(self) -> bool:
        """Claim what is due and wait until something is done; whether to go on at once."""
        task = Task(AT_ONCE - len(self._under_way), self._lease)
        for wanted in await self._app.work.do(claim_due, task) if task.limit else ():
            self._under_way[asyncio.create_task(self._fetch(wanted))] = wanted
        if not self._under_way:
            return False
        done, _ = await asyncio.wait(
            self._under_way, timeout=1.0, return_when=asyncio.FIRST_COMPLETED
        )
        for fetched in done:
            self._finished(fetched)
        return True

    async def stop(self) -> None:
        """Leave what is under way to the next worker."""
        left = dict(self._under_way)
        for fetching in left:
            fetching.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        ids = [wanted.id for fetching, wanted in left.items() if fetching.cancelled()]
        if ids:
            await self._app.work.do(let_go, ids)

    async def _fetch(self, wanted: Wanted) -> None:
        outcome = await self._outcome(wanted)
        await self._app.work.do(record, outcome)
        if outcome.not_before:
            delay = (outcome.not_before - now()).total_seconds()
            asyncio.get_running_loop().call_later(max(0.0, delay), self._app.wake.files)
        self._app.feed.publish(f"conversation:{wanted.conversation_id}")
        state = "stored" if outcome.found else "later" if outcome.not_before else outcome.state
        metrics.FILES.labels(wanted.channel, str(state)).inc()
        told = {"reason": outcome.reason, "error": outcome.error}
        why = {name: text for name, text in told.items() if text}
        log.info(f"file {state}", attachment_id=wanted.id, channel=wanted.channel, **why)

    def _finished(self, fetched: "asyncio.Task[None]") -> None:
        """What was not foreseen is logged; the file is due again once its lease has ended."""
        wanted = self._under_way.pop(fetched)
        error = fetched.exception()
        if error is not None:
            log.error("file not fetched", attachment_id=wanted.id, exc_info=error)

    async def _outcome(self, wanted: Wanted) -> Outcome:
        try:
            # Half the lease is left for the disk and the database.
            async with asyncio.timeout(self._lease.total_seconds() / 2):
                return Outcome(wanted, await self._get(wanted))
        except RefusedError as error:
            return Outcome(wanted, state=FileState.REFUSED, reason=str(error))
        except (TimeoutError, OSError) as error:
            return self._again(wanted, f"{type(error).__name__}: {error}"[:300])
        except ChannelError as error:
            return self._refusal(wanted, error)

    def _refusal(self, wanted: Wanted, error: ChannelError) -> Outcome:
        if isinstance(error, Gone) and wanted.attempts < GONE_ATTEMPTS:
            return _later(wanted, str(error), backoff(wanted.attempts))
        final = next((_REASONS[kind] for kind in type(error).mro() if kind in _REASONS), None)
        if final:
            return Outcome(wanted, state=final[0], reason=final[1], error=str(error))
        wait = error.retry_after.total_seconds() if isinstance(error, RateLimited) else 0.0
        return self._again(wanted, str(error), wait)

    def _again(self, wanted: Wanted, error: str, wait: float = 0.0) -> Outcome:
        if wanted.attempts >= MOST_ATTEMPTS:
            return Outcome(wanted, reason="unreachable", error=error)
        return _later(wanted, error, max(wait, SLOWER * backoff(wanted.attempts)))

    async def _get(self, wanted: Wanted) -> Found:
        """The file, checked and kept. Raises RefusedError, ChannelError, OSError."""
        if wanted.attempts > MOST_ATTEMPTS:
            raise MediaError("every worker that tried it died")
        channel = _downloader(self._app.channels.get(wanted.channel))
        _must_look_well(wanted, self._rules)
        original = await asyncio.to_thread(self._original, wanted.message_id)
        media = await channel.download(
            Attachment(wanted.reference, wanted.claimed_type, wanted.filename, wanted.claimed_size),
            original=original,
            most_bytes=self._rules.largest,
        )
        return await asyncio.to_thread(self._keep, wanted, media)

    def _original(self, message_id: int) -> bytes:
        with self._app.db.reading() as session:
            return attachments.original(session, message_id)

    def _keep(self, wanted: Wanted, media: Media) -> Found:
        filename = safe(wanted.filename or media.filename)
        claimed = wanted.claimed_type or media.content_type
        type_ = checked_type(media.content, filename, claimed, self._rules)
        name = kinds.fitting_name(filename, type_, f"{_kind(type_)}-{wanted.id}")
        return Found(self._store.keep(media.content), len(media.content), type_, name)


def _kind(type_: str) -> str:
    first = type_.partition("/")[0]
    return first if first in ("image", "audio", "video") else "file"


def _later(wanted: Wanted, error: str, seconds: float) -> Outcome:
    """To be tried again after so many seconds."""
    at = now() + timedelta(seconds=seconds)
    return Outcome(wanted, reason="later", error=error, not_before=at)


def _downloader(channel: object) -> Downloader:
    if not isinstance(channel, Downloader):
        raise MediaError("this channel has no files to fetch")
    return channel


def checked_type(
    content: bytes, filename: str | None, claimed: str | None, rules: AttachmentsSection
) -> str:
    """The real type of a file that we keep. Raises RefusedError."""
    if not content:
        raise RefusedError("empty")
    if len(content) > rules.largest:
        raise RefusedError("too_large")
    if kinds.is_harmful(content, filename):
        raise RefusedError("harmful")
    type_ = kinds.real_type(content, claimed)
    if not kinds.matches(type_, rules.types):
        raise RefusedError("type")
    return type_


def _must_look_well(wanted: Wanted, rules: AttachmentsSection) -> None:
    """What need not be fetched to be refused. Raises RefusedError."""
    if (wanted.claimed_size or 0) > rules.largest:
        raise RefusedError("too_large")
    if kinds.ending(safe(wanted.filename)) in kinds.PROGRAMS:
        raise RefusedError("harmful")


def claim_due(session: Session, tasks: Sequence[Task]) -> list[list[Wanted]]:
    """A lane's handler: claim files for fetching."""
    return [attachments.claim(session, limit=one.limit, lease=one.lease) for one in tasks]


def let_go(session: Session, groups: Sequence[Sequence[int]]) -> list[None]:
    """A lane's handler: give files back."""
    for ids in groups:
        attachments.let_go(session, ids)
    return [None for _ in groups]


def record(session: Session, outcomes: Sequence[Outcome]) -> list[None]:
    """A lane's handler: write what became of files."""
    for outcome in outcomes:
        _record(session, outcome)
    return [None for _ in outcomes]


def _record(session: Session, outcome: Outcome) -> None:
    file = outcome.file
    if outcome.found:
        attachments.stored(session, file.id, outcome.found)
    elif outcome.not_before:
        attachments.later(session, file.id, outcome.not_before, outcome.error)
    else:
        attachments.given_up(session, file.id, outcome.state, outcome.reason, outcome.error)


async def remove_old(app: App) -> int:
    """Delete the files whose time is over, with the messages they came in as the provider sent
    them, and what dead workers left half written."""
    store = store_of(app)
    await asyncio.to_thread(store.tidy)
    days = app.settings.attachments.keep_days
    if days is None:
        return 0
    before = now() - timedelta(days=days)
    while await app.work.do(forget_originals, before):
        pass  # a mail's files are in it once more
    gone = await app.work.do(forget, before)
    return await asyncio.to_thread(store.remove, gone)


def forget(session: Session, times: Sequence[datetime]) -> list[list[str]]:
    """A lane's handler: forget the files from before a time; gives what nothing needs any more."""
    return [attachments.remove_old(session, before) for before in times]


def forget_originals(session: Session, times: Sequence[datetime]) -> list[bool]:
    """A lane's handler: forget messages as they came from before a time; whether more are left."""
    return [attachments.remove_originals(session, before) for before in times]
