"""A generic channel: signed JSON over HTTP, both ways, for whatever can post and be posted to.

docs/channels/http.md has the format.
"""

from channels.http.channel import HttpChannel, LookedUpHttp, build
from channels.http.config import Config
from channels.http.signing import signature

__all__ = ["Config", "HttpChannel", "LookedUpHttp", "build", "signature"]
