"""What a channel may offer beyond `channels.base.Channel`; asked with isinstance."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, runtime_checkable

from channels.base import (
    MEDIA_BYTES,
    Attachment,
    Capabilities,
    ChannelKind,
    Finding,
    Formatted,
    InboundMessage,
    Media,
    OutboundMessage,
    Ration,
    Receipt,
)
from channels.templates import ChannelTemplate, TemplateState


@runtime_checkable
class Reconciler(Protocol):
    """A channel that can find out what became of a message with an unknown outcome."""

    async def reconcile(self, message: OutboundMessage, since: datetime) -> Receipt | None:
        """The receipt if the provider has the message, None if it provably has not.

        Raises Unreachable if the provider cannot tell now.
        """
        ...


@runtime_checkable
class Configurable(Protocol):
    """A channel whose provider-side webhook can be set by `akrab channels setup`."""

    async def setup(self, webhook_url: str) -> Sequence[Finding]: ...


@runtime_checkable
class Acknowledger(Protocol):
    """A channel on which a pressed button shows a waiting sign until we say we have it."""

    async def acknowledge(self, message: InboundMessage) -> None:
        """Say so, once the message is stored; best effort, raises nothing.

        Does nothing for messages that need none.
        """
        ...


@runtime_checkable
class Rationer(Protocol):
    """A channel on which some recipients may get fewer messages than its `rates` say."""

    def ration(self, address: str) -> Ration | None:
        """What this recipient may get besides; None if that is no less."""
        ...


@runtime_checkable
class Equipped(Protocol):
    """A channel whose client library takes long to import."""

    libraries: tuple[str, ...]
    """The modules its first uses would import, to be imported before serving."""


@runtime_checkable
class Typist(Protocol):
    """A channel that can show "typing…", if its `capabilities.typing` says so."""

    capabilities: Capabilities
    typing_seconds: float
    """How long it stays."""

    async def typing(self, provider_id: str, /) -> None:
        """Show it below the customer's message `provider_id`. May raise a SendError."""
        ...


@runtime_checkable
class TemplateSource(Protocol):
    """A channel whose provider keeps templates and says which are approved, if its
    `capabilities.templates` says so."""

    async def templates(self) -> Sequence[ChannelTemplate]:
        """Every template with its state, freshly fetched. Raises a SendError."""
        ...

    def template_state(self, error_code: str | None) -> TemplateState | None:
        """What a failed send's code tells of its template's state, if anything."""
        ...

    def closes_window(self, error_code: str | None) -> bool:
        """Whether a failed send's code tells that only a template may be sent."""
        ...


@runtime_checkable
class OneWay(Protocol):
    """A channel some of whose recipients can read but not answer."""

    def cannot_answer(self, kind: ChannelKind, address: str) -> bool:
        """Whether this recipient cannot answer what we send."""
        ...


@runtime_checkable
class Named(Protocol):
    """A bot that links can open by its name."""

    username: str
    """As links have it, "" if it is not configured."""


@runtime_checkable
class Downloader(Protocol):
    """A channel whose customers can send files."""

    async def download(
        self, attachment: Attachment, *, original: bytes = b"", most_bytes: int = MEDIA_BYTES
    ) -> Media:
        """Fetch a file of an inbound message; `original` is that message as it came (`raw`).

        Raises a MediaError if asking again cannot help, Misconfigured if an operator must act,
        RateLimited or Unreachable if the file may be had later.
        """
        ...


@runtime_checkable
class Formatter(Protocol):
    """A channel whose messages may have an HTML version; `metadata["html"]` says that one has."""

    def formatted(self, original: bytes) -> Formatted | None:
        """The HTML version out of a message as it came; None if it has none."""
        ...
