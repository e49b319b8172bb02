"""Getting ready: schema, model, demo company."""

import time
from pathlib import Path

from bot.app import open_database
from bot.commands import show
from bot.engines import model_is_current, model_is_there, train_model
from bot.errors import UserError
from bot.settings import Settings
from crm_store import migrate as schema


def migrate(config: Path) -> None:
    """Bring the database to the newest schema."""
    settings = show.load(config)
    upgrade(settings)
    show.done(f"database is at revision {schema.head()}")


def upgrade(settings: Settings) -> None:
    """Run the migrations not yet run; makes a SQLite file that is not there.

    Raises UserError if the database cannot be opened.
    """
    settings.data.mkdir(parents=True, exist_ok=True)
    if _revision(settings) != schema.head():
        schema.upgrade(settings.database.url)


def check_schema(settings: Settings) -> None:
    """Raises UserError if the database cannot be opened or is not at the newest schema."""
    settings.data.mkdir(parents=True, exist_ok=True)
    found, wanted = _revision(settings), schema.head()
    if found != wanted:
        raise UserError(f"The database is at revision {found}, not {wanted}: run `akrab migrate`")


def _revision(settings: Settings) -> str | None:
    try:
        return schema.current(settings.database.url)
    except schema.Unopenable as error:
        raise UserError(f"The database cannot be opened: {error}; look at database.url") from error


def train(config: Path) -> None:
    """Train and keep the model."""
    fit(show.load(config))


def fit(settings: Settings) -> None:
    """Train the model and say how long it took."""
    started = time.perf_counter()
    train_model(settings)
    show.done(f"model trained in {time.perf_counter() - started:.1f} s")


def fit_if_needed(settings: Settings) -> None:
    """Train if there is no model, or the assistant's files have changed since it was made."""
    if model_is_current(settings):
        return
    if model_is_there(settings):
        show.done("the assistant's files have changed: training anew")
    fit(settings)


def demo(config: Path) -> None:
    """Schema, model and the demo company; what is there already stays as it is."""
    settings = show.load(config)
    upgrade(settings)
    show.done("database is ready")
    fit_if_needed(settings)
    from bot.demo.load import PASSWORD, STAFF, load

    db = open_database(settings)
    try:
        loaded = load(db)
    finally:
        db.close()
    show.done(f"demo company Toko Sinar: {loaded}" if loaded.new else "demo company was there")
    show.done(f"sign in at /console as {STAFF[0][0]}, password {PASSWORD}")
