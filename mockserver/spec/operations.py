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


class OperationRoute(NamedTuple):
    """Where an operation is: `{name}` stands for any text."""

    method: str
    path: str


OPERATIONS: Final[Mapping[str, OperationRoute]] = {
    "responses.create": OperationRoute("POST", "/v1/responses"),
    CONNECT: OperationRoute("GET", "/v1/responses"),
    "responses.input_tokens": OperationRoute("POST", "/v1/responses/input_tokens"),
    "responses.compact": OperationRoute("POST", "/v1/responses/compact"),
    "responses.retrieve": OperationRoute("GET", "/v1/responses/{id}"),
    "responses.delete": OperationRoute("DELETE", "/v1/responses/{id}"),
    "responses.cancel": OperationRoute("POST", "/v1/responses/{id}/cancel"),
    "responses.input_items.list": OperationRoute("GET", "/v1/responses/{id}/input_items"),
    "conversations.create": OperationRoute("POST", "/v1/conversations"),
    "conversations.retrieve": OperationRoute("GET", "/v1/conversations/{id}"),
    "conversations.update": OperationRoute("POST", "/v1/conversations/{id}"),
    "conversations.delete": OperationRoute("DELETE", "/v1/conversations/{id}"),
    "conversations.items.create": OperationRoute("POST", "/v1/conversations/{id}/items"),
    "conversations.items.list": OperationRoute("GET", "/v1/conversations/{id}/items"),
    "conversations.items.retrieve": OperationRoute("GET", "/v1/conversations/{id}/items/{item}"),
    "conversations.items.delete": OperationRoute("DELETE", "/v1/conversations/{id}/items/{item}"),
    "embeddings.create": OperationRoute("POST", "/v1/embeddings"),
    "moderations.create": OperationRoute("POST", "/v1/moderations"),
    "models.list": OperationRoute("GET", "/v1/models"),
    "models.retrieve": OperationRoute("GET", "/v1/models/{model}"),
}
FRAMES: Final = (STEER, INJECT)
"""What a client sends on a WebSocket about a response that is being made; scripts name it by its type."""
