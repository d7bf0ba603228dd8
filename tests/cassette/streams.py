"""Streams that the tests of cassettes record: made by `emit`, with cuts and padding as the wire has them."""

from mockserver.events.deltas import Deltas, Padding, Splits
from mockserver.events.emit import emit
from mockserver.ids import Draws
from mockserver.model.recorded import RecordedExchange

TEXT_SLOT = (0, "response.output_text.delta", 0)


def response(*items, **fields):
    return {
        "id": "resp_1", "object": "response", "created_at": 1_767_225_600, "status": "completed", "background": False,
        "completed_at": 1_767_225_601, "error": None, "incomplete_details": None, "instructions": None,
        "max_output_tokens": None, "max_tool_calls": None, "model": "gpt-5", "output": list(items),
        "parallel_tool_calls": True, "previous_response_id": None, "prompt_cache_key": None,
        "reasoning": {"effort": None, "summary": None}, "safety_identifier": None, "service_tier": "default",
        "store": True, "temperature": 1.0, "text": {"format": {"type": "text"}, "verbosity": "medium"},
        "tool_choice": "auto", "tools": [], "top_logprobs": 0, "top_p": 1.0, "truncation": "disabled",
        "usage": {
            "input_tokens": 5, "input_tokens_details": {"cached_tokens": 0}, "output_tokens": 7,
            "output_tokens_details": {"reasoning_tokens": 0}, "total_tokens": 12,
        },
        "user": None, "metadata": {}, **fields,
    }  # fmt: skip


def message(text):
    part = {"type": "output_text", "annotations": [], "logprobs": [], "text": text}
    return {"id": "msg_1", "type": "message", "status": "completed", "content": [part], "role": "assistant"}


def padded_events(final, deltas=None):
    """The padded events of a response; `deltas` are the deltas of its first text."""
    splits = Splits(deltas={TEXT_SLOT: Deltas(texts=deltas)}) if deltas else None
    return list(emit(final, splits=splits, padding=Padding(Draws(b"padding"))))


def streamed(deltas, **fields):
    """An exchange whose answer arrives in `deltas`."""
    return RecordedExchange(
        request_body={"model": "gpt-5", "input": "Say it.", "stream": True},
        request_headers={"content-type": "application/json", "user-agent": "OpenAI/Python 3.52.0"},
        headers={"content-type": "text/event-stream; charset=utf-8", "openai-version": "2020-10-01"},
        events=padded_events(response(message("".join(deltas))), deltas),
        **fields,
    )


def unpadded(events):
    return [{**event, "obfuscation": "…"} if "obfuscation" in event else event for event in events]
