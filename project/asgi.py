"""ASGI application. Django serves HTTP, Channels serves WebSockets; ROLE selects the routes."""

import os

from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import WebsocketDenier
from channels.sessions import CookieMiddleware
from django.conf import settings
from django.core.asgi import get_asgi_application
from django.urls import path, re_path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
http = get_asgi_application()

websocket_routes = []
if settings.ROLE.serves_pages:
    from web.consumers import HistoryFeedConsumer

    websocket_routes.append(path("ws/history", CookieMiddleware(HistoryFeedConsumer.as_asgi())))
if settings.ROLE.classifies:
    from classifier.websocket.consumer import ClassifyConsumer  # needs loaded apps and the model's packages
    from classifier.websocket.seed_contract import SeedConsumer

    if settings.LEGACY_SOCKET:
        websocket_routes.append(path("ws", SeedConsumer.as_asgi()))  # type: ignore[arg-type]
    websocket_routes.append(path("ws/classify", ClassifyConsumer.as_asgi()))  # type: ignore[arg-type]

websocket_routes.append(re_path("", WebsocketDenier.as_asgi()))  # type: ignore[arg-type]

application = ProtocolTypeRouter({"http": http, "websocket": URLRouter(websocket_routes)})  # type: ignore[arg-type]
