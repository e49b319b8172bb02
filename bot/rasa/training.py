"""`rasa data validate`, `train`, `test`; models are kept by what they were trained from."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CompletedProcess

from bot.errors import UserError
from bot.rasa import environment
from nlu import fingerprint as files

KEPT = 8
SHOWN = 25
"""Lines of Rasa's output that an error shows."""


class RasaFailedError(UserError):
    """Rasa refused the project or broke down; the message ends with what it said."""

    def __init__(self, what: str, done: CompletedProcess[str]) -> None:
        said = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        super().__init__(
            "\n".join([f"`rasa {what}` ended with {done.returncode}:", *said[-SHOWN:]])
        )


def run(
    what: str,
    arguments: Sequence[str | Path],
    project: Path,
    extra: Mapping[str, str] | None = None,
) -> CompletedProcess[str]:
    """Run `rasa <what> <arguments>` in the project's folder; what it said.

    Raises RasaMissingError, and RasaFailedError if it refuses or breaks down.
    """
    done = environment.run([*what.split(), *arguments], project, extra)
    if done.returncode:
        raise RasaFailedError(what, done)
    return done


def validate(project: Path) -> list[str]:
    """What Rasa warns of in domain and data. Raises RasaFailedError if it refuses them."""
    done = run("data validate", _files(project, None), project)
    lines = (line.partition("UserWarning: ")[2] for line in done.stderr.splitlines())
    return [line for line in lines if line and "is not used in any story" not in line]


def train(project: Path, *, config: Path | None = None, measured: bool = False) -> Path:
    """The project's model, trained unless these very files have been. Raises RasaFailedError.

    `measured` trains from nothing that Rasa remembers, unless `seconds_taken` is known already.
    """
    name = fingerprint(project, config)
    model = environment.cache() / "rasa-models" / f"{name}.tar.gz"
    if _is_there(model, measured):
        return model
    model.parent.mkdir(parents=True, exist_ok=True)
    with _alone(model.parent):
        if not _is_there(model, measured):
            _train(project, config, model, measured)
    return model


def _is_there(model: Path, measured: bool) -> bool:
    if not model.exists() or (measured and not _note(model).exists()):
        return False
    with suppress(OSError):  # a cache that may only be read
        os.utime(model)  # in use, so not the one to be forgotten
    return True


def hold(model: Path, folder: Path) -> Path:
    """The model in a server's own folder: the cache may forget it while the server runs, which
    needs it again when it dies."""
    folder.mkdir(parents=True, exist_ok=True)
    held, new = folder / "model.tar.gz", folder / "model.new"
    new.unlink(missing_ok=True)
    try:
        os.link(model, new)
    except OSError:  # another file system
        shutil.copyfile(model, new)
    new.replace(held)
    new.unlink(missing_ok=True)  # it stays where both are the same file already
    return held


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Wait for whoever trains already: twice at once takes more than twice as long."""
    import fcntl  # not on Windows, where there is no Rasa to train either

    with (folder / "training.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _train(project: Path, config: Path | None, model: Path, measured: bool) -> None:
    name = model.name.removesuffix(".tar.gz")
    for left in model.parent.glob("tmp*/"):  # of a training that was killed; this one is alone
        shutil.rmtree(left, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=model.parent) as made:
        arguments = [*_files(project, config), "--out", made, "--fixed-model-name", name]
        before = _children_seconds()
        cold = {"RASA_CACHE_DIRECTORY": str(Path(made, "cache"))} if measured else {}
        done = run("train", arguments, project, cold)
        trained = Path(made, model.name)
        if not trained.exists():
            raise RasaFailedError("train", done)
        if measured:
            _note(model).write_text(f"{_children_seconds() - before:.1f}", encoding="ascii")
        trained.replace(model)
    _forget_all_but_latest(model.parent)


def seconds_taken(model: Path) -> float:
    """The processor's seconds that a `measured` training took; 0 if that is not known."""
    note = _note(model)
    return float(note.read_text(encoding="ascii")) if note.exists() else 0.0


def _children_seconds() -> float:
    """The processor's time of all programs we have run; a busy machine does not change it."""
    times = os.times()
    return times.children_user + times.children_system


def _note(model: Path) -> Path:
    return model.with_name(f"{model.name}.seconds")


def _forget_all_but_latest(folder: Path) -> None:
    """A model is 140 MB; those of files as they were long ago are of no use."""
    models = sorted(folder.glob("*.tar.gz"), key=lambda path: path.stat().st_mtime, reverse=True)
    for model in models[KEPT:]:
        _note(model).unlink(missing_ok=True)
        model.unlink(missing_ok=True)


def conversation_test(project: Path, model: Path, stories: Path) -> str:
    """`rasa test core`: Rasa's own check that it predicts the tests' actions; what it said.

    Raises RasaFailedError if a prediction is wrong.
    """
    with tempfile.TemporaryDirectory() as results:
        arguments: list[str | Path] = ["--model", model, "--stories", stories, "--out", results]
        arguments += ["--endpoints", _none(results), "--fail-on-prediction-errors", "--no-plot"]
        done = run("test core", arguments, project)
    return done.stdout + done.stderr


def fingerprint(project: Path, config: Path | None = None) -> str:
    """A name for all that a model is made of."""
    more = () if config is None else (config.read_bytes(),)
    return files.fingerprint(project, environment.VERSION, *more)


def _files(project: Path, config: Path | None) -> list[str | Path]:
    domain = "domain.yml" if (project / "domain.yml").exists() else "domain"
    return ["--data", "data", "--domain", domain, "--config", config or "config.yml"]


def _none(folder: str) -> Path:
    """An endpoints file without endpoints: predicting needs none."""
    path = Path(folder, "endpoints.yml")
    path.write_text("{}\n", encoding="utf-8")
    return path
