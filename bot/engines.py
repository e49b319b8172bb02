"""The configured dialogue engine; nothing heavy is imported before it is needed."""

from bot.errors import UserError
from bot.settings import Settings
from nlu.types import DialogueEngine


def load_engine(settings: Settings) -> DialogueEngine:
    """The engine of `assistant.engine`. Raises UserError if it cannot be loaded."""
    if not model_is_there(settings):
        raise UserError(f"There is no model at {settings.assistant.model}: run `akrab train`")
    from nlu.embedded.engine import EmbeddedEngine
    from nlu.embedded.model import ModelError

    try:
        if settings.assistant.engine == "rasa":
            from bot.rasa.connecting import connect

            return connect(settings)
        return EmbeddedEngine.load(settings.assistant.model)
    except ModelError as error:
        raise UserError(f"{settings.assistant.model}: {error}; run `akrab train`") from error


def model_is_there(settings: Settings) -> bool:
    """Whether the engine has what it needs to start; Rasa's too finds entities with the model."""
    return settings.assistant.model.exists()


def model_is_current(settings: Settings) -> bool:
    """Whether the model was trained from the assistant's files as they are now.

    A model that came without them is taken as it is.
    """
    if not settings.assistant.project.is_dir():
        return model_is_there(settings)
    from nlu.embedded.model import MADE_BY, source_of
    from nlu.fingerprint import fingerprint

    return source_of(settings.assistant.model) == fingerprint(settings.assistant.project, MADE_BY)


def train_model(settings: Settings) -> None:
    """Train the embedded engine's model and keep it. Raises UserError for faulty training data."""
    from nlu import train
    from nlu.embedded.problems import TrainingDataError

    try:
        train.train(settings.assistant.project, settings.assistant.model)
    except TrainingDataError as error:
        raise UserError(str(error)) from error
