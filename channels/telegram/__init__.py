"""Telegram: private chats with a bot, by webhook or long polling."""

from channels.telegram.channel import TelegramChannel
from channels.telegram.config import Config
from channels.telegram.polling import PollingTelegram, build

__all__ = ["Config", "PollingTelegram", "TelegramChannel", "build"]
