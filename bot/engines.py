"""Loading the configured dialogue engine; nothing heavy is imported before it is needed."""

from bot.errors import UserError
from bot.settings import Settings
from nlu.types import DialogueEngine


def load_engine(settings: Settings) -> DialogueEngine:
    """The engine of `assistant.engine`. Raises UserError if it cannot be loaded."""
    if settings.assistant.engine == "rasa":
        raise UserError("assistant.engine: rasa is not available yet; use embedded")
    return _embedded(settings)


def _embedded(settings: Settings) -> DialogueEngine:
    from nlu.embedded.engine import EmbeddedEngine

    return EmbeddedEngine.load(settings.assistant.model)
