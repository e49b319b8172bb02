"""Twilio: SMS and WhatsApp."""

from channels.twilio.channel import TwilioChannel, WatchfulTwilio, build
from channels.twilio.config import Config

__all__ = ["Config", "TwilioChannel", "WatchfulTwilio", "build"]
