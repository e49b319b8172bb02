"""How commands speak: lines a person reads, in colour where there is a terminal."""

from pathlib import Path

from rich.console import Console
from rich.markup import escape

from bot import logs, settings
from bot.settings import Settings

out = Console(highlight=False, soft_wrap=True)


def load(config: Path) -> Settings:
    """Settings with logging set up as they say. Raises SettingsError."""
    loaded = settings.load(config)
    logs.set_up(loaded.logging.level, loaded.logging.format)
    return loaded


def done(text: str) -> None:
    """Something went well. Providers' words are shown as they are, brackets too."""
    out.print(f"[green]✓[/] {escape(text)}")


def bad(text: str, fix: str | None = None) -> None:
    """Something is wrong, and what helps."""
    out.print(f"[red]✗[/] {escape(text)}" + (f" → {escape(fix)}" if fix else ""))
