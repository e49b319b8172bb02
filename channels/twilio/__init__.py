"""Twilio: SMS and WhatsApp."""

from channels.twilio.channel import TwilioChannel
from channels.twilio.config import Config

__all__ = ["Config", "TwilioChannel"]
