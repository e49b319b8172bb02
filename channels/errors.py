"""What can go wrong between us and a provider: a closed list.

The adapter says what happened; the sender (`bot.outbound`) decides what to do. Raised without
an argument, an error's message is its docstring.
"""

from datetime import timedelta


class ChannelError(Exception):
    """The channel could not do what was asked."""

    def __init__(self, message: str | None = None, *, code: str | None = None) -> None:
        super().__init__(message or type(self).__doc__ or "")
        self.code = code
        """The provider's own error code, such as Twilio's "63016"."""


class InvalidSignature(ChannelError):
    """The request does not carry the provider's signature or secret; nothing of it was read."""


class MalformedRequest(ChannelError):
    """The request is authentic but cannot be read as what the provider documents."""


class SendError(ChannelError):
    """The message was not handed to the provider."""

    retryable = False


class Refused(SendError):
    """The provider refused this message; sending it again unchanged cannot help."""


class Misconfigured(SendError):
    """The provider refused our account, sender or credentials; an operator must act."""


class SenderStopped(Misconfigured):
    """The provider takes nothing from this sender or account until an operator acts.

    Nothing is wrong with the message: it waits.
    """

    retryable = True


class OptedOut(SendError):
    """The recipient opted out at the provider; only the recipient can undo that."""


class AddressDead(SendError):
    """The address does not exist on this channel (any more)."""


class Blocked(SendError):
    """The recipient blocked us on this channel."""


class WindowClosed(SendError):
    """The customer service window is closed; only an approved template may be sent."""


class Unreachable(SendError):
    """The provider did not take the message and may take it later."""

    retryable = True


class RateLimited(SendError):
    """The provider asks us to slow down."""

    retryable = True

    def __init__(
        self,
        message: str | None = None,
        *,
        retry_after: timedelta = timedelta(seconds=1),
        code: str | None = None,
    ) -> None:
        super().__init__(message, code=code)
        self.retry_after = retry_after


class UnknownOutcome(SendError):
    """The connection broke after the message was handed over: it may or may not have been sent.

    Never resent by itself: reconciled with the provider where it can be, else shown to staff.
    """


class MediaError(ChannelError):
    """The file cannot be had, and asking again cannot help."""


class TooLarge(MediaError):
    """The file is larger than we take."""


class ForeignHost(MediaError):
    """The file is at a host that we fetch nothing from."""


class Gone(MediaError):
    """The file is no longer where it was."""
