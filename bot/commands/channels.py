"""`akrab channels`: webhooks at the providers, templates, invitations."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path

from rich.markup import escape
from rich.table import Table

from bot import linking
from bot.app import build_channels, open_database
from bot.commands import prepare, show
from bot.delivery import template_list
from bot.errors import UserError
from bot.settings import Settings
from channels.abilities import Configurable, TemplateSource
from channels.base import Channel, Finding
from channels.errors import ChannelError
from channels.phones import e164
from crm_store import identities, links, templates
from crm_store.models import StoredTemplate
from crm_store.session import Database, Session


def setup(config: Path, names: Sequence[str]) -> int:
    """Set the webhooks of the named channels, or of all that can; 1 if a provider refused.

    Raises UserError for a name that is not configured.
    """
    settings = show.load(config)
    unknown = [name for name in names if name not in settings.channels]
    if unknown:
        raise UserError(f"No channel {', '.join(unknown)}; see channels: in {config}")
    return asyncio.run(_setup(settings, names))


async def _setup(settings: Settings, names: Sequence[str]) -> int:
    well = True
    for name, channel in build_channels(settings).items():
        if names and name not in names:
            continue
        for finding in await _one(settings, name, channel):
            well = well and finding.ok
            tell = show.done if finding.ok else show.bad
            tell(f"{name}: {finding.text}" + (f" → {finding.fix}" if finding.fix else ""))
        await channel.close()
    return int(not well)


async def _one(settings: Settings, name: str, channel: Channel) -> Sequence[Finding]:
    if not isinstance(channel, Configurable):
        return (Finding(True, "needs no setting up at a provider"),)
    try:
        return await channel.setup(f"{settings.web.public_url}/webhooks/{name}")
    except ChannelError as error:
        return (Finding(False, str(error)),)


def list_templates(config: Path, name: str | None, *, fetch: bool) -> int:
    """Print the templates of one channel, or of all that have some; 1 if a list did not come.

    Raises UserError for a name that is not configured or has no templates.
    """
    settings = show.load(config)
    prepare.check_schema(settings)
    channels = build_channels(settings)
    known = template_list.sources(channels)
    if name is not None and name not in known:
        raise UserError(
            f"No channel {name} with templates; there are: {', '.join(known) or 'none'}"
        )
    if not known:
        show.done("no channel has templates: only WhatsApp does")
    chosen = {one: channel for one, channel in known.items() if name in (None, one)}
    db = open_database(settings)
    try:
        well = not fetch or asyncio.run(_fetch(db, channels, chosen))
        with db.reading() as session:
            for one in chosen:
                _print_templates(session, one)
    finally:
        db.close()
    return int(not well)


async def _fetch(
    db: Database, channels: Mapping[str, Channel], chosen: Mapping[str, TemplateSource]
) -> bool:
    well = True
    for name, source in chosen.items():
        try:
            found = await source.templates()
            with db.transaction() as session:
                template_list.keep(session, name, found)
        except ChannelError as error:
            well = False
            with db.transaction() as session:
                templates.not_come(session, name, str(error))
    for channel in channels.values():
        await channel.close()
    return well


def _print_templates(session: Session, name: str) -> None:
    from bot.site.pages import since  # which brings the web server along

    kept = templates.list_of(session, name)
    if kept is None or kept.synced_at is None:
        show.bad(f"{name}: never fetched", "akrab channels templates --sync")
    else:
        ago = since(kept.synced_at)
        show.out.print(f"[bold]{name}[/], fetched {ago if ago == 'now' else ago + ' ago'}")
    if kept is not None and kept.error:
        show.bad(f"{name}: not fetched since: {kept.error}")
    found = templates.of_channel(session, name)
    if found:
        show.out.print(_table(found))


def _table(found: Sequence[StoredTemplate]) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0))
    for heading in ("name", "", "state", "category"):
        table.add_column(heading, no_wrap=True)
    table.add_column("text")
    for one in found:
        colour = {"approved": "green", "pending": "yellow"}.get(one.state.value, "red")
        text = escape(one.body) + (f"\n[{colour}]{escape(one.reason)}[/]" if one.reason else "")
        state = f"[{colour}]{one.state.value}[/]"
        table.add_row(escape(one.name), one.language, state, escape(one.category or ""), text)
    return table


def invite(config: Path, name: str, address: str) -> None:
    """Print a link that connects a customer's Telegram account to who they are with us.

    Raises UserError if there is no such Telegram bot or nobody verifiably owns the address.
    """
    settings = show.load(config)
    prepare.check_schema(settings)
    db = open_database(settings)
    try:
        with db.transaction() as session:
            customer_id = _owner(session, settings, address)
            channels = build_channels(settings)
            url = linking.invitation(session, channels, customer_id, channel=name)
            if url is None:
                raise UserError(f"{name} is not a Telegram channel with a username in {config}")
    finally:
        db.close()
    minutes = int(links.LIFE.total_seconds() // 60)
    show.out.print(url, markup=False)
    show.out.print(f"Opens once, within {minutes} minutes. Whoever opens it becomes this customer.")


def _owner(session: Session, settings: Settings, address: str) -> int:
    phone = e164(address, settings.company.country)
    if phone is not None:
        owner = identities.owner_of_phone(session, phone)
    else:
        owner = identities.owner_of_address(session, "email", address.strip().lower())
    if owner is None:
        raise UserError(f"Nobody verifiably owns {address}")
    return owner
