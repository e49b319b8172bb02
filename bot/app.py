"""The composition root: everything the program is made of, put together once."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from pydantic import SecretStr

from bot.engines import load_engine
from bot.lane import Lane
from bot.rasa.thinking import Thinking
from bot.settings import Settings
from bot.site.feed import Feed
from channels.base import Channel
from channels.config import ChannelConfig
from channels.registry import build as build_channel
from crm_store.session import Database
from nlu.types import DialogueEngine


class Wake:
    """Says that something waits; the worker, if one runs in this process, hears it at once.

    `turns`: messages were received; `sends`: messages were queued; `files`: some came with files.
    A wake-up that nobody hears is no loss: every worker also sweeps the store from time to time.
    """

    def __init__(self) -> None:
        self.turns: Callable[[], None] = _nobody
        self.sends: Callable[[], None] = _nobody
        self.files: Callable[[], None] = _nobody


@dataclass(frozen=True, slots=True)
class App:
    """What every part of `bot` is handed.

    `inbound` and `work` are lanes (group commit) for webhooks and for turns and sends; on SQLite,
    which has one writer at a time, they are the same. `thinking`: turns of an engine elsewhere.
    """

    settings: Settings
    db: Database
    engine: DialogueEngine
    channels: Mapping[str, Channel]
    inbound: Lane
    work: Lane
    thinking: Thinking
    feed: Feed = field(default_factory=Feed)
    wake: Wake = field(default_factory=Wake)

    def close(self) -> None:
        """Finish what was handed in and release everything."""
        for lane in {self.inbound, self.work}:
            lane.close()
        self.thinking.close()
        self.engine.close()
        self.db.close()


def build(
    settings: Settings,
    *,
    db: Database | None = None,
    engine: DialogueEngine | None = None,
    channels: Mapping[str, Channel] | None = None,
) -> App:
    """Put the parts together as configured, or use those given.

    Raises UserError if the model is missing or the engine cannot be loaded.
    """
    db = db or open_database(settings)
    inbound = Lane(db)
    return App(
        settings=settings,
        db=db,
        engine=engine or load_engine(settings),
        channels=channels if channels is not None else build_channels(settings),
        inbound=inbound,
        work=inbound if db.dialect == "sqlite" else Lane(db),
        thinking=Thinking(settings.worker.turns_at_once),
    )


def open_database(settings: Settings) -> Database:
    """The configured store; a SQLite file's folder is made if it is not there."""
    settings.data.mkdir(parents=True, exist_ok=True)
    return Database.open(settings.database.url, synchronous=settings.database.synchronous)


def build_channels(settings: Settings) -> dict[str, Channel]:
    """Every configured channel by its name in `config.yml`."""
    return {
        name: build_channel(name, _with_secret(settings, name, config), public_url=_url(settings))
        for name, config in settings.channels.items()
    }


def _with_secret(settings: Settings, name: str, config: ChannelConfig) -> ChannelConfig:
    """A channel without a secret of its own gets one derived from the program's."""
    if config.secret is not None:
        return config
    key = settings.secret_key().encode()
    derived = hmac.new(key, f"channel:{name}".encode(), sha256).hexdigest()
    return config.model_copy(update={"secret": SecretStr(derived)})


def _url(settings: Settings) -> str:
    return settings.web.public_url


def _nobody(*_: Any) -> None:
    return None
