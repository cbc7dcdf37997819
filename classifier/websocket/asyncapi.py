"""AsyncAPI 3 document of ``/ws/classify``, generated from the message types."""

from collections.abc import Iterable
from inspect import cleandoc
from typing import Any

import msgspec

from classifier.websocket import messages

Schema = dict[str, Any]

CHANNEL = "#/channels/classify"
INFO = {
    "title": "Animal Classifier WebSocket",
    "version": str(messages.VERSION),
    "description": (
        "The client announces a photo, sends it and receives one answer; several jobs can be in flight. "
        "Text frames are JSON objects with a `type`, binary frames are photos. See protocol.md."
    ),
    "license": {"name": "MIT"},
}


def document() -> Schema:
    """Return the document. ``manage.py build_asyncapi`` writes it to ``docs/asyncapi.yaml``."""
    structs = (*messages.CLIENT_MESSAGES, *messages.SERVER_MESSAGES)
    client_names = ["authenticate", "classify", "picture", "cancel", "ping"]
    server_names = [_message_name(struct) for struct in messages.SERVER_MESSAGES]
    payloads = {_message_name(struct): {"payload": _reference(f"schemas/{struct.__name__}")} for struct in structs}
    picture = {
        "contentType": "image/*",
        "summary": "Exactly one binary frame after each classify.",
        "payload": {"type": "string", "format": "binary"},
    }
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "servers": {"local": {"host": "127.0.0.1:8000", "protocol": "ws"}},
        "channels": {
            "classify": {
                "address": "/ws/classify",
                "description": f"Subprotocol `{messages.SUBPROTOCOL}`.",
                "messages": {name: _reference(f"messages/{name}") for name in (*client_names, *server_names)},
            }
        },
        "operations": {"send": _operation("send", client_names), "receive": _operation("receive", server_names)},
        "components": {"messages": payloads | {"picture": picture}, "schemas": _schemas(structs)},
    }


def _schemas(structs: Iterable[type[msgspec.Struct]]) -> Schema:
    _, schemas = msgspec.json.schema_components(structs, ref_template="#/components/schemas/{name}")
    for schema in schemas.values():
        if "description" in schema:  # Python 3.13 removes the indentation of docstrings, earlier ones keep it
            schema["description"] = cleandoc(schema["description"])
    return schemas


def _operation(action: str, names: Iterable[str]) -> Schema:
    references = [{"$ref": f"{CHANNEL}/messages/{name}"} for name in names]
    return {"action": action, "channel": {"$ref": CHANNEL}, "messages": references}


def _message_name(struct: type[msgspec.Struct]) -> str:
    return str(struct.__struct_config__.tag)


def _reference(path: str) -> Schema:
    return {"$ref": f"#/components/{path}"}
