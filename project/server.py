"""The daphne server that this project runs, under ``runserver`` and ``serve`` alike."""

import logging
from collections.abc import Callable
from typing import Any

from daphne.server import Server as DaphneServer
from django.conf import settings
from twisted.internet import reactor

logger = logging.getLogger(__name__)


class Server(DaphneServer):
    """daphne with this project's limits: the model is warm before the port opens, the history written at the end."""

    def __init__(self, *args: Any, on_ready: Callable[[str, int], None] | None = None, **kwargs: Any) -> None:
        """``on_ready`` is called with the address and the port once that is open and the event loop runs."""
        self.on_ready = on_ready
        self.refusal: str | None = None
        if settings.ROLE.classifies:
            kwargs |= _message_limits()
        super().__init__(*args, **kwargs, ready_callable=self._before_reactor)

    def run(self) -> None:
        """Serves until SIGTERM or SIGINT."""
        if not settings.ROLE.classifies:
            super().run()
            return
        from classifier import history  # noqa: PLC0415 - the frontend has no model
        from classifier.inference.pool import get_pool  # noqa: PLC0415

        get_pool().warm_up()
        try:
            super().run()
        finally:
            history.flush()

    def listen_error(self, failure: Any) -> None:
        """Remembers why the port did not open; daphne alone would end as if all were well."""
        self.refusal = failure.getErrorMessage()
        super().listen_error(failure)

    def _before_reactor(self) -> None:
        # A message over the limit is answered with close 1009, not with a dropped line (1006) that says nothing.
        self.ws_factory.setProtocolOptions(failByDrop=False)
        if self.on_ready:
            reactor.callWhenRunning(self.on_ready, *self.listening_addresses[0])


def _message_limits() -> dict[str, int]:
    from classifier.protocol import MAX_MESSAGE_BYTES  # noqa: PLC0415 - the frontend takes no pictures

    return {"websocket_max_message_size": MAX_MESSAGE_BYTES, "websocket_max_frame_size": MAX_MESSAGE_BYTES}
