"""The live feed of an open history page: that there is something new, never what."""

import asyncio
import json
import logging
from typing import Any
from uuid import UUID

from channels.generic.websocket import AsyncWebsocketConsumer

from classifier.history import notifications
from classifier.websocket import close_codes, origins
from classifier.websocket.connection import ConnectionCounter
from web import owner

logger = logging.getLogger(__name__)

connection_counter = ConnectionCounter()

CHANGED = json.dumps({"type": "changed"})


class HistoryFeedConsumer(AsyncWebsocketConsumer):
    """``/ws/history``: says ``changed`` whenever a record of this browser's owner came, changed or went.

    It listens by a task of its own and not by Channels', so that a layer that is away closes this line in words.
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
        await self.accept()
        key = owner.known(self.scope["cookies"])
        if not origins.is_allowed(self.scope):
            await self.close(close_codes.FORBIDDEN_ORIGIN)
        elif key is None:
            await self.close(close_codes.UNAUTHENTICATED)
        elif not self.is_within_limits:
            await self.close(close_codes.RATE_LIMITED)
        else:
            self.listener = asyncio.create_task(self._listen(key))

    async def _listen(self, key: UUID) -> None:
        try:
            await self._pass_on(key)
        # Whatever is wrong with the layer, it is not the page's fault, and no reason to alarm anybody there.
        except Exception as error:  # noqa: BLE001
            logger.warning("no live history: %s", error or type(error).__name__)
            await self.close(close_codes.CHANNEL_LAYER_UNAVAILABLE)

    async def _pass_on(self, key: UUID) -> None:
        layer, group = notifications.get_layer(), notifications.group_name(key)
        async with asyncio.timeout(notifications.TIMEOUT_S):
            channel = await layer.new_channel()
            await layer.group_add(group, channel)
        try:
            await self.send(text_data=CHANGED)  # what came before it listened
            while await layer.receive(channel):
                await self.send(text_data=CHANGED)
        finally:
            async with asyncio.timeout(notifications.TIMEOUT_S):
                await layer.group_discard(group, channel)
