"""Change notifications for open history pages, sent over the channel layer.

A notification only states that a record of an owner has changed. The page then requests its list again, so the channel
layer carries a few bytes and no personal data.
"""

import asyncio
import logging
from collections.abc import Iterable
from typing import cast
from uuid import UUID

from channels.layers import BaseChannelLayer, get_channel_layer

logger = logging.getLogger(__name__)

#: The message to the group of an owner.
CHANGED = {"type": "history.changed"}

#: Maximum time to send a notification. A lost one does little harm, because the page also polls.
TIMEOUT_S = 2

_loop: asyncio.AbstractEventLoop | None = None


def use_event_loop(loop: asyncio.AbstractEventLoop) -> None:
    """Send the notifications of all threads on ``loop``, the server's event loop: the channel layer belongs to it."""
    global _loop  # noqa: PLW0603 - one server per process
    _loop = loop


def get_layer() -> BaseChannelLayer:
    """Return the channel layer of the settings."""
    return cast("BaseChannelLayer", get_channel_layer("history"))


def group_name(owner: UUID) -> str:
    """Return the name of the channel layer's group for the open pages of an owner."""
    return f"history.{owner.hex}"


def notify_owners(owners: Iterable[UUID | None]) -> None:
    """Notify the open pages of each owner. Callable from any thread; does nothing if no server runs."""
    if _loop is None or _loop.is_closed():
        return
    for owner in {owner for owner in owners if owner}:
        asyncio.run_coroutine_threadsafe(_notify(owner), _loop)


async def _notify(owner: UUID) -> None:
    try:
        async with asyncio.timeout(TIMEOUT_S):
            await get_layer().group_send(group_name(owner), CHANGED)
    except Exception as error:  # noqa: BLE001 - the record is stored; the page finds it when it polls
        reason = error or type(error).__name__
        logger.warning("change notification not sent: %s; open history pages poll for new records", reason)
