"""`akrab check`: look at every part and say what was found, all of it, before giving up."""

import asyncio
from collections.abc import Collection, Sequence
from pathlib import Path

from bot import libraries
from bot.app import build_channels, open_database
from bot.commands import show
from bot.engines import load_engine, model_is_current
from bot.errors import UserError
from bot.settings import Settings
from channels.base import Channel, Finding
from channels.errors import ChannelError
from crm_store import lookups, troubles
from crm_store import migrate as schema
from crm_store.models import ChannelTrouble
from crm_store.models.kinds import Way
from nlu.types import EngineError

PATIENCE = 60
"""Seconds for one channel; an adapter's own limits are shorter and say more."""


def check(config: Path) -> int:
    """Print the findings; 0 if all is well, else 1. Raises SettingsError for the file itself."""
    settings = show.load(config)
    show.done(f"{config} is valid")
    store = _database(settings)
    stopped = _stopped(settings) if all(finding.ok for finding in store) else ()
    findings = [*store, *_model(settings), *_exposure(settings)]
    for finding in findings:
        _print(finding)
    found = asyncio.run(_channels(settings, stopped))
    return int(not all(finding.ok for finding in (*findings, *found)))


def _database(settings: Settings) -> Sequence[Finding]:
    settings.data.mkdir(parents=True, exist_ok=True)
    kind = settings.database.url.partition(":")[0]
    try:
        found = schema.current(settings.database.url)
    except Exception as error:  # noqa: BLE001 - whatever is wrong with it is the finding
        return [Finding(False, f"database cannot be opened: {error}", "look at database.url")]
    if found != schema.head():
        return [Finding(False, f"database ({kind}) is at revision {found}", "akrab migrate")]
    return [Finding(True, f"database ({kind}) is at revision {found}"), *_people(settings)]


def _people(settings: Settings) -> Sequence[Finding]:
    db = open_database(settings)
    try:
        with db.reading() as session:
            waiting = lookups.message_counts(session)
            anybody = lookups.staff_exists(session)
            trouble = troubles.current(session)
    finally:
        db.close()
    counts = ", ".join(f"{count} {status}" for status, count in waiting.items())
    findings = [Finding(True, f"messages waiting: {counts}"), *map(_told, trouble)]
    if not anybody:
        findings.append(Finding(True, "nobody can sign in yet", "akrab staff add <email>"))
    return findings


def _stopped(settings: Settings) -> Collection[str]:
    """The channels with a sender that was stopped."""
    db = open_database(settings)
    try:
        with db.reading() as session:
            found = troubles.current(session)
            return {one.channel for one in found if one.way == Way.SEND}
    finally:
        db.close()


def _told(trouble: ChannelTrouble) -> Finding:
    """No fault by itself: what was mended since is tried with the next message."""
    cannot = f"{trouble.channel} ({trouble.kind}) cannot {trouble.way.value}"
    text = f"{cannot} since {trouble.since:%Y-%m-%d %H:%M} UTC: {trouble.said}"
    return Finding(True, text, "what is said of it below; once mended it goes on by itself")


def _model(settings: Settings) -> Sequence[Finding]:
    try:
        engine = load_engine(settings)
        heard = engine.parse("halo")
        engine.close()
    except UserError as error:
        return [Finding(False, str(error), "akrab train")]
    except EngineError as error:
        return [Finding(False, str(error), "akrab rasa serve, or docs/rasa.md")]
    sure = f"{heard.intent.name} ({heard.intent.confidence:.0%})"
    found = [Finding(True, f"dialogue engine {engine.name} understands “halo” as {sure}")]
    if not model_is_current(settings):
        found.append(Finding(True, "the model is older than the assistant's files", "akrab train"))
    return found


def _exposure(settings: Settings) -> Sequence[Finding]:
    local = settings.web.host in ("127.0.0.1", "::1", "localhost")
    if settings.simulator.enabled and not local:
        text = "the simulator is on and lets anybody on the network write as any customer"
        return [Finding(False, text, "simulator.enabled: false")]
    return []


async def _channels(settings: Settings, stopped: Collection[str]) -> list[Finding]:
    findings: list[Finding] = []
    channels = build_channels(settings)
    await asyncio.to_thread(libraries.load, channels.values())
    for name, channel in channels.items():
        asked = await _asked(channel)
        better = _goes_on(settings, name, asked) if name in stopped else ()
        for finding in (*asked, *better):
            told = Finding(finding.ok, f"{name}: {finding.text}", finding.fix)
            _print(told)
            findings.append(told)
        await channel.close()
    if not findings:
        show.bad("no channel is configured", "add one under channels:")
    return findings


def _goes_on(settings: Settings, name: str, asked: Sequence[Finding]) -> Sequence[Finding]:
    """What waits for a stopped sender need not wait longer if nothing is found wrong with it."""
    if not asked or not all(finding.ok for finding in asked):
        return ()
    db = open_database(settings)
    try:
        with db.transaction() as session:
            released = troubles.looks_well(session, name)
    finally:
        db.close()
    text = "nothing is found wrong with what could not send: its messages go out again"
    return (Finding(True, text),) if released else ()


async def _asked(channel: Channel) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(PATIENCE):
            return await channel.check()
    except TimeoutError:
        fix = "look at host, port and tls of this channel, and at firewalls between"
        return [Finding(False, f"no answer within {PATIENCE} seconds", fix)]
    except (ChannelError, OSError) as error:
        return [Finding(False, str(error) or type(error).__name__)]


def _print(finding: Finding) -> None:
    if finding.ok:
        show.done(finding.text + (f" → {finding.fix}" if finding.fix else ""))
    else:
        show.bad(finding.text, finding.fix)
