"""Where the other side's files may be: at its own address, or at the hosts it has named."""

from urllib.parse import urlsplit

from channels.fetching import Place, origin
from channels.http.config import Config
from channels.http.signing import HEADER, signature

NAME = "the other side"


def place(config: Config, url: str) -> Place:
    """Only the other side itself sees a signature: over the query, as there is no body."""
    own = origin(config.url)
    named = {f"https://{host.lower()}:443" for host in config.file_hosts}
    if origin(url) != own:
        return Place(NAME, lambda asked: origin(asked) in named)
    headers = {HEADER: signature(config.secret, urlsplit(url).query.encode())}
    return Place(
        NAME,
        lambda asked: origin(asked) == own,
        lambda asked: origin(asked) in named,
        headers=headers,
    )
