"""`akrab bench`: the flow; beside real Rasa and on public sets if asked; printed and written."""

from collections.abc import Iterator
from pathlib import Path

from bot import bench as flow
from bot.commands import prepare, show
from bot.settings import Settings


def bench(
    config: Path,
    *,
    write: Path | None,
    seconds: float,
    rasa: bool,
    test_on: Path | None,
    public: Path | None,
) -> None:
    """Measure, print each part as it is known, write all of it."""
    settings = show.load(config)
    settings.data.mkdir(parents=True, exist_ok=True)
    prepare.fit_if_needed(settings)
    parts = []
    for part in _parts(settings, seconds, rasa, test_on, public):
        show.out.print(part, markup=False)
        parts.append(part)
    if write is not None:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text("\n".join(parts), encoding="utf-8")


def _parts(
    settings: Settings, seconds: float, rasa: bool, test_on: Path | None, public: Path | None
) -> Iterator[str]:
    yield flow.table(flow.measure(settings, seconds))
    if not rasa:
        return
    from bot.rasa import bench as beside

    yield beside.section(beside.measure(settings, test_on, seconds))
    if public is not None:
        yield beside.public_section(settings, public)
