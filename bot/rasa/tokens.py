"""The two secrets between Akrab and a Rasa server: configured, or derived from our own key."""

from pydantic import SecretStr

from bot.settings import Settings
from bot.site import signing

RASA_VARIABLE = "AKRAB_RASA_TOKEN"
ACTIONS_VARIABLE = "AKRAB_ACTIONS_TOKEN"


def for_rasa(settings: Settings) -> str:
    """What we send to Rasa."""
    return _given(settings, settings.assistant.token, "rasa")


def for_actions(settings: Settings) -> str:
    """What Rasa sends with each call of an action."""
    return _given(settings, settings.assistant.actions_token, "actions")


def environment(settings: Settings) -> dict[str, str]:
    """What credentials.yml and endpoints.yml of the assistant read."""
    return {RASA_VARIABLE: for_rasa(settings), ACTIONS_VARIABLE: for_actions(settings)}


def _given(settings: Settings, configured: SecretStr | None, purpose: str) -> str:
    if configured is not None:
        return configured.get_secret_value()
    return signing.sign(settings.secret_key(), "rasa", purpose)
