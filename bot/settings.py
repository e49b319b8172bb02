"""`config.yml` and the environment, once, at start, into frozen typed sections."""

import functools
import re
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainValidator,
    PositiveFloat,
    PositiveInt,
    SecretStr,
    SerializeAsAny,
    StringConstraints,
    ValidationError,
)

from bot import config_file, config_problems
from bot.errors import SettingsError
from channels.config import ChannelConfig

DEFAULT_FILE = Path("config.yml")


def _of_its_type(section: object) -> ChannelConfig:
    """A channel's section as its own adapter reads it; of all adapters only that is imported."""
    if isinstance(section, ChannelConfig):
        return section
    return config_problems.type_of(section).config.model_validate(section)


AnyChannel = Annotated[SerializeAsAny[ChannelConfig], PlainValidator(_of_its_type)]


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("Not a time zone; expected a name such as Asia/Jakarta") from error
    return name


def _web_address(url: str) -> str:
    if not url.startswith(("http://", "https://")):
        raise ValueError("Expected an address that starts with http:// or https://")
    if re.search(r"[?#\s]", url) or not url.partition("://")[2]:
        raise ValueError("Expected an address without ?, # and spaces")
    return url.rstrip("/")


ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
Language = Literal["id", "en"]
TimeZone = Annotated[str, AfterValidator(_known_zone)]
WebAddress = Annotated[str, AfterValidator(_web_address)]


class Section(BaseModel):
    """A part of `config.yml`: frozen, unknown keys refused, values never printed in errors."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class CompanySection(Section):
    """Whose assistant this is."""

    name: str = "Toko Sinar"
    timezone: TimeZone = "Asia/Jakarta"
    language: Language = "id"
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] = "IDR"
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "ID"
    welcome_points: Annotated[int, Field(ge=0)] = 0
    points_months: PositiveInt = 12


class DatabaseSection(Section):
    """Where everything is remembered."""

    url: str = "sqlite:///var/akrab.db"
    synchronous: Literal["full", "normal"] = "full"


class AssistantSection(Section):
    """The dialogue engine and what it reads."""

    engine: Literal["embedded", "rasa"] = "embedded"
    project: Path = Path("nlu/assistant")
    model: Path = Path("var/model")
    url: WebAddress = "http://localhost:5005"
    token: SecretStr | None = None
    actions_token: SecretStr | None = None
    turn_seconds: PositiveFloat = 15.0
    when_rasa_is_down: Literal["embedded", "person"] = "embedded"
    most_turns_a_minute: PositiveInt = 14
    most_repeats: PositiveInt = 4
    most_answers_an_hour: PositiveInt = 60
    most_mails_an_hour: PositiveInt = 15

    def most_an_hour(self, *, mail: bool) -> int:
        """Answers to one person within an hour; never fewer than a minute may have."""
        most = self.most_mails_an_hour if mail else self.most_answers_an_hour
        return max(most, self.most_turns_a_minute)


class WebSection(Section):
    """The address we listen on and the one the world knows us by."""

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8000
    public_url: WebAddress = "http://localhost:8000"
    secret_key: SecretStr | None = None
    largest_body: PositiveInt = 25_000_000
    embed_on: tuple[WebAddress, ...] = ()


class StaffSection(Section):
    """Sign-in of the company's own people."""

    session_hours: PositiveInt = 12
    login_attempts: PositiveInt = 5
    login_minutes: PositiveInt = 15
    teams: tuple[str, ...] = ("service", "marketing")


class RatesSection(Section):
    """Messages a second; leave out for the channel's own rate."""

    overall: PositiveFloat | None = None
    per_recipient: PositiveFloat | None = None


class WorkerSection(Section):
    """How turns are taken and messages sent."""

    enabled: bool = True
    turns_at_once: PositiveInt = 32
    sends_at_once: PositiveInt = 64
    sweep_seconds: PositiveFloat = 5.0
    lease_seconds: PositiveFloat = 60.0
    send_attempts: PositiveInt = 8
    send_hours: PositiveFloat = 24.0
    templates_minutes: PositiveFloat = 30.0
    rates: Mapping[str, RatesSection] = {}

    @property
    def lease(self) -> timedelta:
        return timedelta(seconds=self.lease_seconds)


class AttachmentsSection(Section):
    """Which of the files that customers send are fetched and kept."""

    largest: PositiveInt = 16_000_000
    types: tuple[str, ...] = (
        "image/*",
        "audio/*",
        "video/*",
        "application/pdf",
        "text/plain",
        "text/csv",
        "text/vcard",
        "application/vnd.openxmlformats-officedocument.*",
        "application/vnd.oasis.opendocument.*",
    )
    keep_days: PositiveInt | None = None


class LoggingSection(Section):
    """What is written about each step."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["auto", "console", "json"] = "auto"


class SimulatorSection(Section):
    """The page with four phones; it lets anybody write as anybody, so only for a demo."""

    enabled: bool = False


class Settings(Section):
    """The whole of `config.yml`."""

    data: Path = Path("var")
    company: CompanySection = CompanySection()
    database: DatabaseSection = DatabaseSection()
    assistant: AssistantSection = AssistantSection()
    web: WebSection = WebSection()
    staff: StaffSection = StaffSection()
    worker: WorkerSection = WorkerSection()
    attachments: AttachmentsSection = AttachmentsSection()
    logging: LoggingSection = LoggingSection()
    simulator: SimulatorSection = SimulatorSection()
    channels: Mapping[ChannelName, AnyChannel] = {}

    def secret_key(self) -> str:
        """The key that signs sessions and tokens: configured, or made once and kept in `data`."""
        if self.web.secret_key:
            return self.web.secret_key.get_secret_value()
        return _kept_key(self.data / "secret_key")


def load(path: Path = DEFAULT_FILE, environ: Mapping[str, str] | None = None) -> Settings:
    """Read the file. Raises SettingsError with all problems at once, each with its key path."""
    raw, problems = config_file.read(path, environ)
    missing = {where for where, _ in problems}
    settings = None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        found = ((config_problems.place(item["loc"]), item) for item in error.errors())
        problems += [
            (place, config_problems.sentence(item)) for place, item in found if place not in missing
        ]
    if settings is not None:
        problems += config_problems.shared(settings.channels)
        problems += config_problems.nowhere(settings.worker.rates, settings.channels)
    if problems or settings is None:
        raise SettingsError(_report(path, problems))
    return settings.model_copy(update=_at_home(settings, path.resolve().parent))


def _at_home(settings: Settings, home: Path) -> dict[str, Any]:
    """Relative paths are meant from the file's folder, wherever the program is started."""
    assistant = settings.assistant.model_copy(
        update={
            "project": home / settings.assistant.project,
            "model": home / settings.assistant.model,
        }
    )
    database = settings.database.model_copy(update={"url": _sqlite_at(home, settings.database.url)})
    return {"data": home / settings.data, "assistant": assistant, "database": database}


def _sqlite_at(home: Path, url: str) -> str:
    prefix = "sqlite:///"
    inside = url.removeprefix(prefix)
    if not url.startswith(prefix) or inside.startswith(("/", ":memory:")) or not inside:
        return url
    return f"{prefix}{home / inside}"


def _report(path: Path, problems: list[tuple[str, str]]) -> str:
    lines = [f"{path} has {len(problems)} problem(s):"]
    return "\n".join([*lines, *(f"  {where}: {what}" for where, what in problems)])


@functools.cache
def _kept_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
