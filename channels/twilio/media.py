"""Where Twilio keeps the files that customers send."""

from channels.fetching import Place, origin
from channels.twilio.config import Config

API_URL = "https://api.twilio.com"
API = f"{API_URL}:443"
_STORAGE = (".twilio.com:443", ".twiliocdn.com:443", ".amazonaws.com:443")


def place(config: Config) -> Place:
    """Twilio's API, or what plays it; it redirects to a storage that must not see our sign-in."""
    own = {API} | ({origin(config.api_url)} if config.api_url else set())
    return Place("Twilio", lambda url: origin(url) in own, _stores, config.credentials())


def _stores(url: str) -> bool:
    return origin(url).startswith("https://") and origin(url).endswith(_STORAGE)
