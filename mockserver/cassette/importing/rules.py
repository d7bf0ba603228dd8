"""Fixtures of other doubles, as rules: what they say of a request as conditions, what they answer as replies.

A fixture whose condition has no equivalent is left out, by name: as a rule it would answer more than it should.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from mockserver.cassette.importing.format import LeftOut
from mockserver.cassette.importing.source import RecordingFile

WrittenRule: TypeAlias = dict[str, Any]
Part: TypeAlias = Callable[[Any], WrittenRule]
"""Makes of one value the keys of a rule, or of its `when`."""


def _contains(value: Any) -> WrittenRule:
    return {"all": [{"contains": one} for one in value]} if isinstance(value, list) else {"contains": value}


def _json(value: Any) -> Any:
    """A value, or that of its JSON text."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except ValueError:
        return value


# The fixtures of aimock. Source: `FixtureFileEntry` in `src/types.ts`; `src/router.ts` for what its conditions mean.

AIMOCK_WHEN: Final[Mapping[str, Part]] = {
    "userMessage": lambda text: {"input": {"contains": text}},
    "systemMessage": lambda texts: {"instructions": _contains(texts)},
    "model": lambda name: {"model": {"regex": rf"^{re.escape(name)}(-\d.*)?$"}},
    "toolName": lambda name: {"tools": name},
    "toolCallId": lambda call_id: {"tool_output": call_id},
    "toolResultContains": lambda text: {"tool_output": {"value": {"contains": text}}},
    "hasToolResult": lambda wanted: {"tool_output": wanted},
    "responseFormat": lambda kind: {"json": {"text.format.type": kind}},
    "endpoint": lambda _chat: {},
    "sequenceIndex": lambda _number: {},
    "turnIndex": lambda _number: {},
}
"""What each condition is here."""
ONCE: Final = ("sequenceIndex", "turnIndex")
"""Conditions that let a fixture answer one request of a row: rules do so by their order."""
FINISHED: Final[Mapping[str, WrittenRule]] = {
    "stop": {},
    "tool_calls": {},
    "length": {"status": "incomplete", "incomplete_reason": "max_output_tokens"},
    "content_filter": {"status": "incomplete", "incomplete_reason": "content_filter"},
}
AIMOCK_ANSWER: Final[Mapping[str, Part]] = {
    "finishReason": lambda why: FINISHED.get(why, {}),
    "usage": lambda usage: {
        "usage": {
            key: usage[key]
            for key in ("input_tokens", "output_tokens", "total_tokens")
            if isinstance(usage.get(key), int)
        }
    },
    "model": lambda name: {"response": {"model": name}},
}
"""What else of an answer is an option of a rule."""
ITEMS: Final = frozenset({"reasoning", "blocks", "content", "toolCalls"})
"""What of an answer is an item."""


def read_aimock(source: RecordingFile) -> Iterator[WrittenRule | LeftOut]:
    """A file of `fixtures`, each with `match` and `response`."""
    for number, fixture in enumerate(source.elements(["fixtures"]), start=1):
        where = f"{source.path}, fixture {number}"
        match, answer = fixture.get("match", {}), fixture.get("response", {})
        unknown = [key for key in match if key not in AIMOCK_WHEN]
        if match.get("endpoint", "chat") != "chat":
            yield LeftOut(where, "an endpoint other than chat")
        elif unknown:
            yield LeftOut(where, f"the condition `{unknown[0]}`, for which rules have no equivalent")
        elif not isinstance(answer, dict) or not {*ITEMS, "error"} & answer.keys():
            yield LeftOut(where, "no text, call or error to answer with")
        else:
            yield _aimock_rule(match, answer, fixture)
            known = {*ITEMS, *AIMOCK_ANSWER, "error", "status", "retryAfter", "match", "response", "streamingProfile"}
            for key in [key for key in {**answer, **fixture} if key not in known]:
                yield LeftOut(where, f"`{key}`", part=True)


def _aimock_rule(match: Mapping[str, Any], answer: Mapping[str, Any], fixture: Mapping[str, Any]) -> WrittenRule:
    rule: WrittenRule = {"when": {}}
    for key, value in match.items():
        rule["when"] |= AIMOCK_WHEN[key](value)
    if any(key in match for key in ONCE):
        rule["times"] = 1
    if "error" in answer:
        rule["fault"] = _fault(answer)
    else:
        rule["reply"] = _reply(answer)
    for key, option in AIMOCK_ANSWER.items():
        rule |= option(answer[key]) if key in answer else {}
    if profile := fixture.get("streamingProfile"):
        pace = {"first": profile.get("ttft", 0) / 1000, "rate": profile.get("tps"), "jitter": profile.get("jitter")}
        rule["pace"] = {key: value for key, value in pace.items() if value}
    return rule if rule["when"] else {key: value for key, value in rule.items() if key != "when"}


def _reply(answer: Mapping[str, Any]) -> Any:
    """The reply: a text by itself, structured output, or items; `blocks` say in which order text and calls come."""
    content = answer.get("content")
    if isinstance(content, dict | list) and not {"reasoning", "blocks", "toolCalls"} & answer.keys():
        return {"json": content}
    items: list[Any] = [{"reasoning": answer["reasoning"]}] if "reasoning" in answer else []
    if "blocks" in answer:
        items += [block["text"] if block["type"] == "text" else _call(block) for block in answer["blocks"]]
    else:
        text = content if isinstance(content, str | None) else json.dumps(content, ensure_ascii=False)
        items += [text] if text else []
        items += map(_call, answer.get("toolCalls", ()))
    return items[0] if len(items) == 1 and isinstance(items[0], str) else items


def _call(call: Mapping[str, Any]) -> WrittenRule:
    call_id = {"call_id": call["id"]} if "id" in call else {}
    return {"function_call": {"name": call["name"], "arguments": _json(call["arguments"]), **call_id}}


def _fault(answer: Mapping[str, Any]) -> WrittenRule:
    error = answer["error"]
    parts = {
        "status": answer.get("status", 500),
        "code": error.get("code") or error.get("type"),
        "message": error.get("message"),
        "retry_after": answer.get("retryAfter"),
    }
    return {key: value for key, value in parts.items() if value is not None}


# The file of mockllm. Source: its README, "Response Configuration"; a prompt is compared in lower case, without blanks.


def read_mockllm(source: RecordingFile) -> Iterator[WrittenRule | LeftOut]:
    """A file of `responses` by prompt, and `defaults`."""
    for prompt, answer in (source.yaml.get("responses") or {}).items():
        if isinstance(answer, str):
            yield {"when": {"input": {"regex": rf"(?i)^\s*{re.escape(str(prompt).strip())}\s*$"}}, "reply": answer}
        else:
            yield LeftOut(f"{source.path}, `{prompt}`", "no text to answer with")
    unknown = (source.yaml.get("defaults") or {}).get("unknown_response")
    if unknown:
        yield {"reply": unknown}
    if source.yaml.get("settings"):
        yield LeftOut(str(source.path), "`settings`", part=True)


def rules_text(rules: Sequence[WrittenRule]) -> str:
    """A fixture file of these rules."""
    import yaml  # noqa: PLC0415 - takes 20 ms to import

    return yaml.safe_dump([*rules], sort_keys=False, allow_unicode=True, width=116)
