"""Email: IMAP and webhook in, SMTP out."""

from channels.email.channel import EmailChannel
from channels.email.config import Config

__all__ = ["Config", "EmailChannel"]
