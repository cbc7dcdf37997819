"""WebSocket consumer that tells open history pages to reload their list."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from classifier.history import notifications
from classifier.websocket import close_codes, origins
from classifier.websocket.connection import ConnectionCounter
from web.owner import read_owner

logger = logging.getLogger(__name__)

connection_counter = ConnectionCounter()

CHANGED = json.dumps({"type": "changed"})


class HistoryFeedConsumer(AsyncWebsocketConsumer):
    """``/ws/history``: send ``changed`` when a record of the browser's owner is added, changed or deleted.

    A task of this class listens to the channel layer instead of the dispatcher of Channels. If the layer is
    unavailable, the connection closes with ``CHANNEL_LAYER_UNAVAILABLE`` and not with an unhandled exception.
    """

    def __init__(self) -> None:
        super().__init__()
        self.is_within_limits = False
        self.listener: asyncio.Task[None] | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Count the connection as long as the application runs, also if the server cancels it."""
        with connection_counter.counted(origins.address(scope)) as self.is_within_limits:
            try:
                await super().__call__(scope, receive, send)
            finally:
                if self.listener:
                    self.listener.cancel()

    async def connect(self) -> None:
        await self.accept()  # a browser sees the close code of accepted connections only
        owner = read_owner(self.scope["cookies"])
        if not origins.is_allowed(self.scope):
            await self.close(close_codes.FORBIDDEN_ORIGIN)
        elif owner is None:
            await self.close(close_codes.UNAUTHENTICATED)
        elif not self.is_within_limits:
            await self.close(close_codes.RATE_LIMITED)
        else:
            self.listener = asyncio.create_task(self._listen(owner))

    async def _listen(self, owner: UUID) -> None:
        try:
            await self._forward_notifications(owner)
        # Each channel layer raises errors of its own library. The page reloads its list periodically without a layer.
        except Exception as error:  # noqa: BLE001
            reason = error or type(error).__name__
            logger.warning("Channel layer unavailable (%s); the history page will reconnect.", reason)
            await self.close(close_codes.CHANNEL_LAYER_UNAVAILABLE)

    async def _forward_notifications(self, owner: UUID) -> None:
        layer, group = notifications.get_layer(), notifications.group_name(owner)
        async with asyncio.timeout(notifications.TIMEOUT_S):
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
        try:
            await self.send(text_data=CHANGED)  # records may have changed before this channel joined the group
            while await layer.receive(channel):
                await self.send(text_data=CHANGED)
        finally:
            async with asyncio.timeout(notifications.TIMEOUT_S):
                await layer.group_discard(group, channel)
