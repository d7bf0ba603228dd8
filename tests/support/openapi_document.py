"""A small OpenAPI document of a gateway, and a profile that names it."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

REQUEST: dict[str, Any] = {
    "type": "object",
    "required": ["model", "question"],
    "additionalProperties": False,
    "properties": {
        "model": {"type": "string", "enum": ["small", "large"]},
        "question": {"type": "string", "minLength": 2},
        "limit": {"type": "integer", "maximum": 100, "nullable": True},
        "tags": {"type": "array", "items": {"type": "string"}},
        "tools": {"type": "array", "items": {"oneOf": [{"$ref": "#/components/schemas/Lookup"}]}},
        "metadata": {"type": "object"},
        "stream": {"type": "boolean"},
    },
}
LOOKUP: dict[str, Any] = {
    "type": "object",
    "required": ["type"],
    "properties": {"type": {"type": "string", "enum": ["lookup"]}, "depth": {"type": "integer", "minimum": 1}},
}
REPLY: dict[str, Any] = {
    "type": "object",
    "required": ["id", "answer"],
    "properties": {"id": {"type": "string"}, "answer": {"type": "string"}, "tags": {"type": "array"}},
}
EVENT: dict[str, Any] = {
    "anyOf": [
        {
            "type": "object",
            "required": ["type", "delta"],
            "properties": {"type": {"enum": ["response.output_text.delta"]}, "delta": {"type": "string"}},
        },
        {
            "type": "object",
            "required": ["type"],
            "properties": {
                "type": {"enum": ["response.completed"]},
                "response": {"$ref": "#/components/schemas/Reply"},
            },
        },
    ]
}
PROFILE = """
openapi: gateway.json
request:
  - rename: {question: input, limit: max_output_tokens}
  - drop: [tags, tools]
response:
  - set: {answer: "$output[0].content[0].text"}
  - keep: [id, answer]
echo: [tags]
keep_events: [response.output_text.delta, response.completed]
error_body: {problem: $message, field: $param}
"""


def document(**schemas: Any) -> dict[str, Any]:
    """The document, with other schemas where they are given."""
    said = {"REQUEST": REQUEST, "REPLY": REPLY, "EVENT": EVENT, "LOOKUP": LOOKUP} | schemas
    content = {
        "application/json": {"schema": {"$ref": "#/components/schemas/Reply"}},
        "text/event-stream": {"schema": said["EVENT"]},
    }
    made = {
        "openapi": "3.0.3",
        "paths": {
            "/v1/responses": {
                "post": {
                    "requestBody": {
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Request"},
                                "examples": {"plain": {"value": {"model": "small", "question": "Why?"}}},
                            }
                        }
                    },
                    "responses": {"200": {"content": content}},
                }
            }
        },
        "components": {"schemas": {"Request": said["REQUEST"], "Reply": said["REPLY"], "Lookup": said["LOOKUP"]}},
    }
    return deepcopy(made)


def gateway(folder: Path, profile: str = PROFILE, **schemas: Any) -> Path:
    """The file of a profile, with its document beside it."""
    (folder / "gateway.json").write_text(json.dumps(document(**schemas)), encoding="utf-8")
    path = folder / "gateway.yaml"
    path.write_text(profile, encoding="utf-8")
    return path
