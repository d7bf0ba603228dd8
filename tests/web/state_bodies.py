"""What several tests of remembered things send and expect."""

from typing import Any

TOOL = {
    "type": "function",
    "name": "look",
    "parameters": {"type": "object", "properties": {}, "required": [], "additionalProperties": False},
    "strict": True,
}
SAID = {"type": "message", "role": "user", "content": "Say hello."}
CALL = {"type": "function_call", "call_id": "call_1", "name": "look", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "call_1", "output": "found"}


def refusal(message: str, *, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The body of an error reply."""
    return {"error": {"message": message, "type": "invalid_request_error", "param": param, "code": code}}
