"""`akrab check` for an HTTP channel: a signed ping, and a look-up of what was never sent."""

import time
from collections.abc import Sequence
from urllib.parse import urlsplit

from channels.base import Finding
from channels.errors import SendError
from channels.http.client import Connection
from channels.http.config import Config

_HERE = ("localhost", "127.0.0.1", "::1")
_FIX = "check `url` and `secret` of this channel in config.yml"


async def check(
    connection: Connection, config: Config, name: str, webhook_url: str
) -> Sequence[Finding]:
    """What the other side answers. Raises nothing: a failure is a finding."""
    findings = []
    if config.url.startswith("http://") and urlsplit(config.url).hostname not in _HERE:
        text = "messages are posted without encryption"
        findings.append(Finding(False, text, "use an https:// url, or a private network"))
    findings.append(await _ping(connection, config, name))
    if config.lookup_url:
        findings.append(await _lookup(connection, config.lookup_url, name))
    findings.append(Finding(True, f"events come in at {webhook_url}"))
    return tuple(findings)


async def _ping(connection: Connection, config: Config, name: str) -> Finding:
    try:
        await connection.post({"type": "ping"}, f"{name}:ping:{time.time_ns()}")
    except SendError as error:
        return Finding(False, f"the other side did not take a ping: {error}", _FIX)
    return Finding(True, f"the other side takes messages at {config.url}")


async def _lookup(connection: Connection, lookup_url: str, name: str) -> Finding:
    fix = 'answer {"id": null} for a key you have not seen'
    try:
        found = await connection.look_up(f"{name}:check:{time.time_ns()}")
    except SendError as error:
        return Finding(False, f"messages cannot be looked up at {lookup_url}: {error}", fix)
    if found is not None:
        return Finding(False, f"{lookup_url} claims a message that was never sent", fix)
    return Finding(True, f"what became of a message is looked up at {lookup_url}")
