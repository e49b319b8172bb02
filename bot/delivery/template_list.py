"""The providers' template lists: fetched from time to time, corrected at once when a send fails."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from bot.app import App
from bot.logs import logger
from channels.abilities import TemplateSource
from channels.base import Channel, Event, StatusUpdate
from channels.errors import SendError
from channels.templates import ChannelTemplate, TemplateState
from crm_store import lookups, templates
from crm_store.delivery import Applied
from crm_store.models import StoredTemplate
from crm_store.models.kinds import TemplateState as StoredState
from crm_store.session import Session

log = logger("templates")
LOOK_SECONDS = 60.0
"""How often to look whether a list is due; also how old one must be to be fetched at a start."""


@dataclass(frozen=True, slots=True)
class Told:
    """A failed send's code says in which state the template it used is."""

    channel: str
    named: str
    state: StoredState
    reason: str | None


def sources(channels: Mapping[str, Channel]) -> dict[str, TemplateSource]:
    """The channels whose provider keeps templates, by name."""
    return {
        name: channel
        for name, channel in channels.items()
        if channel.capabilities.templates and isinstance(channel, TemplateSource)
    }


class Upkeep:
    """The worker's job: fetch each list at the start and every `worker.templates_minutes`."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._every = timedelta(seconds=LOOK_SECONDS)

    async def sync_due(self) -> bool:
        """Fetch the lists that are due; of several workers one does. Never more to do at once."""
        for name in sources(self._app.channels):
            if await self._app.work.do(_due, (name, self._every)):
                await sync(self._app, name)
        self._every = timedelta(minutes=self._app.settings.worker.templates_minutes)
        return False


async def sync(app: App, name: str) -> str | None:
    """Fetch one channel's list and keep it; else why it did not come: the old one stays."""
    try:
        found = await sources(app.channels)[name].templates()
    except SendError as error:
        log.warning("templates not fetched", channel=name, error=str(error))
        await app.work.do(_not_come, (name, str(error)))
        return str(error)
    await app.work.do(_put, (name, found))
    log.info("templates fetched", channel=name, templates=len(found))
    return None


async def heed(app: App, channel: Channel, events: Sequence[Event]) -> None:
    """Delivery reports may tell that a template was rejected, paused or disabled."""
    for event in events:
        if isinstance(event, StatusUpdate):
            await _heed(app, channel, event)


async def heed_early(app: App, reports: Sequence[Applied]) -> None:
    """The same of reports that came before their message was known by the provider's id."""
    for report in reports:
        channel = app.channels.get(report.channel)
        if channel is not None:
            await _heed(app, channel, report)


async def _heed(app: App, channel: Channel, report: StatusUpdate | Applied) -> None:
    if not isinstance(channel, TemplateSource):
        return
    state = channel.template_state(report.error_code)
    if state is not None:
        await app.inbound.do(_reported, (report, state))


def told(
    channel: Channel, content: Mapping[str, Any], code: str | None, why: str | None
) -> Told | None:
    """What a refused send tells of its template, if anything."""
    template = content.get("template")
    if not template or not isinstance(channel, TemplateSource):
        return None
    state = channel.template_state(code)
    return Told(channel.name, template["name"], StoredState(state.value), why) if state else None


def keep(session: Session, name: str, found: Sequence[ChannelTemplate]) -> None:
    """Store a channel's whole list."""
    templates.put(session, name, [_row(one) for one in found])


def learn(session: Session, tasks: Sequence[Told]) -> list[bool]:
    """The lane's handler: keep what failed sends told."""
    return [
        templates.set_state(session, one.channel, one.named, one.state, one.reason) for one in tasks
    ]


def as_template(stored: StoredTemplate) -> ChannelTemplate:
    """The stored row as channels know it, with the rules for filling it in."""
    return ChannelTemplate(
        provider_id=stored.provider_id,
        name=stored.name,
        language=stored.language,
        body=stored.body,
        variables=tuple(stored.variables),
        kind=stored.kind,
        state=TemplateState(stored.state.value),
        category=stored.category,
        reason=stored.reason,
        samples=stored.samples,
    )


def _due(session: Session, tasks: Sequence[tuple[str, timedelta]]) -> list[bool]:
    return [templates.due(session, name, every=every) for name, every in tasks]


def _put(session: Session, tasks: Sequence[tuple[str, Sequence[ChannelTemplate]]]) -> list[None]:
    for name, found in tasks:
        keep(session, name, found)
    return [None for _ in tasks]


def _not_come(session: Session, tasks: Sequence[tuple[str, str]]) -> list[None]:
    for name, error in tasks:
        templates.not_come(session, name, error)
    return [None for _ in tasks]


def _reported(
    session: Session, tasks: Sequence[tuple[StatusUpdate | Applied, TemplateState]]
) -> list[bool]:
    return [_report(session, update, state) for update, state in tasks]


def _report(session: Session, update: StatusUpdate | Applied, state: TemplateState) -> bool:
    message = lookups.outbound_message(session, update.channel, update.provider_id)
    template = message.content.get("template") if message else None
    if template is None:
        return False
    reason = update.error or update.error_code
    return templates.set_state(
        session, update.channel, template["name"], StoredState(state.value), reason
    )


def _row(template: ChannelTemplate) -> dict[str, Any]:
    return {**asdict(template), "state": template.state.value}
