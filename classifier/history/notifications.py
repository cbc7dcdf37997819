"""News for open history pages, over the channel layer: that something changed for an owner, never what.

The page asks for the rest itself, so that the layer carries a few bytes and knows nothing about anybody's photos.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import cast
from uuid import UUID

from channels.layers import BaseChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

#: The message that reaches the consumers of an owner's group.
CHANGED = {"type": "history.changed"}

#: News that take longer are dropped: the page asks by itself from time to time.
WITHIN_S = 2

_loop: asyncio.AbstractEventLoop | None = None


def follow(loop: asyncio.AbstractEventLoop) -> None:
    """News of any thread go out on this loop: the server's, to which the layer's queues belong."""
    global _loop  # noqa: PLW0603 - one server a process
    _loop = loop


def layer() -> BaseChannelLayer:
    """The channel layer of the settings."""
    return cast("BaseChannelLayer", get_channel_layer("history"))


def group(owner: UUID) -> str:
    """The channel layer's group of an owner's open pages."""
    return f"history.{owner.hex}"


def announce(owners: Iterable[UUID | None]) -> None:
    """Tells each owner's pages to look again. From any thread; without a server nobody listens."""
    if _loop is None or _loop.is_closed():
        return
    for owner in {owner for owner in owners if owner}:
        asyncio.run_coroutine_threadsafe(_send(owner), _loop)


async def _send(owner: UUID) -> None:
    try:
        async with asyncio.timeout(WITHIN_S):
            await layer().group_send(group(owner), CHANGED)
    # Whatever is wrong with the layer, the history is written and the page asks by itself.
    except Exception as error:  # noqa: BLE001
        logger.warning("no news of new records: %s", error or type(error).__name__)
