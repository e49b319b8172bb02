"""All routers of the staff's pages."""

from bot.console import conversation, inbox, sign_in

routers = (sign_in.router, inbox.router, conversation.router)
