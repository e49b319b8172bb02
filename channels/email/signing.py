"""DKIM (RFC 6376), where the SMTP server does not sign."""

from channels.email.config import Config
from channels.errors import SenderStopped

# Signed although it may be absent: nobody can add a second one later (RFC 6376 8.15).
_SIGNED = (
    b"from to subject date message-id reply-to in-reply-to references mime-version content-type"
    b" auto-submitted list-unsubscribe list-unsubscribe-post"
).split()


def sign(content: bytes, config: Config) -> bytes:
    """The mail with a signature in front if `dkim` is configured. Raises SenderStopped."""
    if config.dkim is None:
        return content
    # Loaded at first use: start-up stays light.
    import dkim

    present = content.partition(b"\r\n\r\n")[0].lower()
    names = [name for name in _SIGNED if b"\r\n" + name + b":" in b"\r\n" + present]
    try:
        signature: bytes = dkim.sign(
            content,
            config.dkim.selector.encode(),
            (config.dkim.domain or config.domain).encode(),
            config.dkim.private_key.get_secret_value().encode(),
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=[*names, b"from"],
        )
    except (dkim.DKIMException, ValueError, LookupError, TypeError) as error:
        raise SenderStopped(f"dkim.private_key cannot sign: {error}", code="dkim") from error
    return signature + content
