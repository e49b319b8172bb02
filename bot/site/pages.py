"""Turning templates into answers: one helper for pages, one for the fragments inside them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from bot.turns import touches

HERE = Path(__file__).parent.parent
STATIC = HERE / "static"
VENDOR = Path(str(files("js_lib_htmx"))) / "static" / "htmx"
MONTHS = {
    "id": "Jan Feb Mar Apr Mei Jun Jul Agu Sep Okt Nov Des".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
Detail = Mapping[str, Any]


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """A whole page. Never kept by a browser: who signed out must not be able to go back to it."""
    text = _environment.get_template(template).render(values)
    return HTMLResponse(text, status, headers={"Cache-Control": "no-store"})


def fragment(template: str, **values: Any) -> HTMLResponse:
    """A part of a page on its own: the same file the page includes. Never kept by a browser."""
    text = _environment.get_template(template).render(values)
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


def initials(name: str | None) -> str:
    """Up to two capital letters for an avatar; a question mark for somebody unknown."""
    words = [word for word in (name or "").split() if word[0].isalpha()]
    return "".join(word[0] for word in words[:2]).upper() or "?"


def number(value: int) -> str:
    """1234567 as 1.234.567, the way it is written in Indonesia."""
    return f"{value:,}".replace(",", ".")


def since(moment: datetime | None, now: datetime | None = None) -> str:
    """How long ago, in the largest whole unit: "now", "4 min", "3 h", "2 d"."""
    if moment is None:
        return ""
    seconds = int(((now or datetime.now(UTC)) - moment).total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return "now"


def late(moment: datetime | None, minutes: int = 5) -> bool:
    """Whether somebody has been waiting too long."""
    return moment is not None and (datetime.now(UTC) - moment).total_seconds() >= minutes * 60


@pass_context
def clock(context: Context, moment: datetime) -> str:
    """The time of day in the company's time zone: 14.05."""
    return _local(context, moment).strftime("%H.%M")


@pass_context
def day(context: Context, moment: datetime) -> str:
    """The date in the company's time zone: 22 Nov 2026."""
    local = _local(context, moment)
    months = MONTHS.get(context.get("lang") or "en", MONTHS["en"])
    return f"{local.day} {months[local.month - 1]} {local.year}"


@pass_context
def moment(context: Context, value: datetime) -> str:
    """The time if it is today, else the date."""
    today = _local(context, datetime.now(UTC)).date()
    return clock(context, value) if _local(context, value).date() == today else day(context, value)


def asset(name: str) -> str:
    """The address of a static file, with its content's hash so that browsers may keep it."""
    path = VENDOR / name.removeprefix("vendor/") if name.startswith("vendor/") else STATIC / name
    return f"/static/{name}?v={sha256(path.read_bytes()).hexdigest()[:10]}"


def _local(context: Context, value: datetime) -> datetime:
    company = context.get("company")
    return value.astimezone(ZoneInfo(company.timezone if company else "Asia/Jakarta"))


def _build() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        clock=clock, day=day, initials=initials, moment=moment, number=number, since=since
    )
    addresses = {name: asset(name) for name in _assets()}
    environment.globals.update(asset=addresses.__getitem__, late=late, touches=touches)
    return environment


def _assets() -> list[str]:
    own = [path.name for path in STATIC.iterdir() if path.is_file()]
    return [*own, "vendor/htmx.min.js"]


_environment = _build()
