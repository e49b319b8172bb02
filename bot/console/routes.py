"""All routers of the staff's pages."""

from bot.console import (
    attachments,
    composer,
    conversation,
    inbox,
    inviting,
    refetching,
    resending,
    sign_in,
)

routers = (
    sign_in.router,
    inbox.router,
    conversation.router,
    attachments.router,
    composer.router,
    inviting.router,
    resending.router,
    refetching.router,
)
