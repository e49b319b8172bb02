"""Whether our own mail server vouches for the address in From (C4; RFC 8601, RFC 7489)."""

import ipaddress
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from channels.email.headers import Headers

_BRACKETED = re.compile(r"\[(?:IPv6:)?([0-9a-fA-F.:]{2,45})\]")
_COMMENT = re.compile(r"\((?:[^()\\]|\\.)*\)")
_RESULT = re.compile(
    r"^\s*(?P<method>[a-z0-9-]+)(?:/\d+)?\s*=\s*(?P<result>[a-z]+)\b", re.IGNORECASE
)
_FROM = re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Border:
    """Our mail server: the name in its Authentication-Results, and our other servers' networks.

    `below` accepts results written below the border's own Received, where Gmail puts them. Only
    for servers that delete forged ones, as Gmail does and RFC 8601 section 5 demands.
    """

    authserv_id: str
    networks: tuple[Network, ...] = ()
    below: bool = False


def vouched(fields: Headers, domain: str, border: Border | None) -> bool:
    """Whether `dmarc=pass` for exactly this From domain was written by our border."""
    if border is None or not domain:
        return False
    passed = False
    for method, result, about in _results(fields, border):
        if method != "dmarc":
            continue
        if result != "pass" or about != domain.lower():
            return False
        passed = True
    return passed


def _results(fields: Headers, border: Border) -> Iterator[tuple[str, str, str]]:
    """(method, result, header.from) of every Authentication-Results that we trust."""
    for value in _trusted(fields, border):
        flat = _uncommented(value)
        identity, _, rest = flat.partition(";")
        named = identity.split()
        if not named or named[0].strip('"').lower() != border.authserv_id.lower():
            continue
        for statement in rest.split(";"):
            match = _RESULT.match(statement)
            if match:
                about = _FROM.search(statement)
                yield (
                    match["method"].lower(),
                    match["result"].lower(),
                    about[1].rpartition("@")[2].lower() if about else "",
                )


def _trusted(fields: Headers, border: Border) -> list[str]:
    """Results above the first foreign Received, or right below it; the rest is the sender's."""
    found: list[str] = []
    crossed = False
    for name, value in fields:
        if name == "authentication-results":
            found.append(value)
        elif name == "received":
            if crossed or (not border.below and _is_foreign(value, border.networks)):
                break
            crossed = _is_foreign(value, border.networks)
    return found


def _is_foreign(received: str, networks: Sequence[Network]) -> bool:
    """Whether the hop came from outside. A name proves nothing: the client chooses its HELO."""
    match = re.match(r"\s*from\b(.*?)(?:\sby\s|$)", received, re.IGNORECASE | re.DOTALL)
    if not match:
        return False
    addresses = _BRACKETED.findall(match[1])
    return not addresses or not all(_is_ours(address, networks) for address in addresses)


def _is_ours(address: str, networks: Sequence[Network]) -> bool:
    try:
        host = ipaddress.ip_address(address)
    except ValueError:
        return False
    return host.is_loopback or any(
        host in network for network in networks if network.version == host.version
    )


def _uncommented(value: str) -> str:
    """Without comments, which may be nested and hold anything, such as "dmarc=pass"."""
    for _ in range(10):
        shorter = _COMMENT.sub(" ", value)
        if shorter == value:
            break
        value = shorter
    return value.partition("(")[0]
