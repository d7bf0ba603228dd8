"""The operations that the server knows, by the name of the method in OpenAI's SDK, each with its route.

Source: the resources of openai 3.57.0; `responses.connect` is the handshake of WebSocket mode.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from mockserver.spec.multi_agent import INJECT
from mockserver.spec.steering import STEER
from mockserver.spec.websocket import CONNECT

API: Final = "/v1"
"""Where all paths of the API are."""
METHODS: Final = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")


class Operation(NamedTuple):
    """Where an operation is: `{name}` stands for any text."""

    method: str
    path: str


OPERATIONS: Final[Mapping[str, Operation]] = {
    "responses.create": Operation("POST", "/v1/responses"),
    CONNECT: Operation("GET", "/v1/responses"),
    "responses.input_tokens": Operation("POST", "/v1/responses/input_tokens"),
    "responses.compact": Operation("POST", "/v1/responses/compact"),
    "responses.retrieve": Operation("GET", "/v1/responses/{id}"),
    "responses.delete": Operation("DELETE", "/v1/responses/{id}"),
    "responses.cancel": Operation("POST", "/v1/responses/{id}/cancel"),
    "responses.input_items.list": Operation("GET", "/v1/responses/{id}/input_items"),
    "conversations.create": Operation("POST", "/v1/conversations"),
    "conversations.retrieve": Operation("GET", "/v1/conversations/{id}"),
    "conversations.update": Operation("POST", "/v1/conversations/{id}"),
    "conversations.delete": Operation("DELETE", "/v1/conversations/{id}"),
    "conversations.items.create": Operation("POST", "/v1/conversations/{id}/items"),
    "conversations.items.list": Operation("GET", "/v1/conversations/{id}/items"),
    "conversations.items.retrieve": Operation("GET", "/v1/conversations/{id}/items/{item}"),
    "conversations.items.delete": Operation("DELETE", "/v1/conversations/{id}/items/{item}"),
    "embeddings.create": Operation("POST", "/v1/embeddings"),
    "moderations.create": Operation("POST", "/v1/moderations"),
    "models.list": Operation("GET", "/v1/models"),
    "models.retrieve": Operation("GET", "/v1/models/{model}"),
}
FRAMES: Final = (STEER, INJECT)
"""What a client sends on a WebSocket about a response that is being made; scripts name it by its type."""
