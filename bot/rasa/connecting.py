"""The engine that speaks to the configured Rasa server."""

from bot.rasa import tokens
from bot.settings import Settings
from nlu.embedded.model import Model
from nlu.rasa.client import RasaClient, Server
from nlu.rasa.engine import RasaEngine


def connect(settings: Settings) -> RasaEngine:
    """The engine; Rasa itself need not be there yet. Raises ModelError."""
    assistant = settings.assistant
    server = Server(assistant.url, tokens.for_rasa(settings), assistant.turn_seconds)
    stand_in = assistant.when_rasa_is_down == "embedded"
    return RasaEngine(RasaClient(server), Model.load(assistant.model), stand_in=stand_in)
