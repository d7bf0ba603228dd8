"""Requests with one thing wrong, drawn from the contract: a required key dropped, a type swapped, an enum broken.

`contract_requests` gives each of them once, for every route and every place of its body and its query; a union is
looked into branch by branch. `mixed_requests` goes on without an end, with several faults in one body.
"""

import copy
import random
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from mockserver.codec import Schema, dumps
from mockserver.spec.checks.compiler import alternatives
from mockserver.spec.contract import contract
from mockserver.web.control import CALLS
from mockserver.web.handlers import ROUTES
from tests.recorded.mutations import SOME_VALUES, mutations
from tests.support.bodies import BODIES
from tests.support.contract_examples import example

JSON = "application/json"
SWAPPED: Sequence[Any] = (None, True, 7, -1.5, "no such value", [], [None], {}, {"type": 5})
"""What stands where something else belongs."""
DEEPEST = 7
"""Levels of a body that are looked into; tools in tools go on for ever."""
ODD_IDS = ("resp_0", "conv_0", "msg_0", "", "..", "%00", "%2F", "é", "{id}", "x" * 3_000)
VARIABLES = ("id", "item", "model", "gate")
"""The variable parts of paths."""
RULES: Sequence[Any] = (
    [{"when": {"input": {"regex": "a+"}, "model": {"any": ["a", {"glob": "b*"}]}}, "reply": "x", "times": 2}],
    [
        {
            "name": "n",
            "when": {"input": {"schema": {"type": "object"}}},
            "reply": [{"message": "x"}],
            "pace": {"rate": 5},
        }
    ],
    [{"replies": [{"reply": {"function_call": {"name": "f", "arguments": {}}}}, {"fault": {"error": "rate_limit"}}]}],
    [
        {
            "when": {"method": "GET", "path": "/v1/files"},
            "reply": {"json": {"a": 1}, "status": 201, "headers": {"x": "y"}},
        }
    ],
)
OTHER_BODIES: Mapping[str, Sequence[Any]] = {
    "/v1/embeddings": [{"model": "m", "input": ["a", "b"], "encoding_format": "base64", "dimensions": 3}],
    "/v1/moderations": [{"model": "m", "input": [{"type": "text", "text": "x"}]}],
    "/_mock/rules": RULES,
    "/_mock/requests/search": [{"input": {"regex": "a"}}, {"model": "m", "tools[*].name": {"contains": "x"}}],
    "/_mock/gates/{gate}": [{"step": 1}, {"until": "response.completed"}, {"open": True}],
    "/_mock/clock": [{"manual": True}, {"advance": 1.5}],
}


LOOKED_AT: Mapping[str, Any] = {
    "input": {"regex": "(g|p)+t"},
    "message": "t",
    "instructions": "t",
    "model": "t*",
    "tools": ["t"],
    "tool_output": "t",
    "previous_response_id": "t",
    "conversation": "t",
    "metadata": {"t": "t"},
    "stream": True,
    "background": True,
    "json": {"input[-1].content[*].text": "t"},
    "schema": {"required": ["t"], "properties": {"input": {"items": {"pattern": "t"}}}},
}
"""What rules look at in a request, none of which it has."""


class BrokenRequest(NamedTuple):
    """A request as it is sent."""

    method: str
    path: str
    body: bytes | None
    what: str
    """What is wrong with it."""
    content_type: str = JSON


def breakings(schema: Schema, at: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Values of a schema with one thing wrong each, and where that is."""
    for number, found in enumerate(alternatives(schema)):
        place = f"{at}({number})" if number else at
        yield from ((f"{place} = {value!r}", copy.deepcopy(value)) for value in SWAPPED)
        if depth >= DEEPEST:
            continue
        if found.get("type") == "array" and "items" in found:
            yield from ((where, [inner]) for where, inner in breakings(found["items"], f"{place}[]", depth + 1))
        known = found.get("properties", {})
        whole = example(found, everything=False) if known else {}
        full = example(found, everything=True) if known else {}
        for key, member in known.items():
            for given in (whole, full):
                if key in given:
                    yield f"{place}.{key} dropped", {name: value for name, value in given.items() if name != key}
            for where, inner in breakings(member, f"{place}.{key}", depth + 1):
                yield where, {**whole, key: inner}


def _schema_of(operation: str) -> tuple[str, Schema] | None:
    for part in ("requests", "queries"):
        if operation in contract()[part]:
            return part, contract()[part][operation]
    return None


def _sendable(operation: str, body: Any) -> Any:
    """The body with what each request of its kind needs, unless that is what is broken."""
    if not isinstance(body, dict) or operation != "responses.create":
        return body
    return {"model": "gpt-4o", "input": "x", **body}


def contract_requests(ids: Mapping[str, str], *, start: int = 0, step: int = 1) -> Iterator[BrokenRequest]:
    """Every request with one thing wrong, or every `step`-th one from `start` on.

    `ids` are those of stored objects, by the name of the path's variable.
    """
    for broken in _all_broken()[start::step]:
        yield broken._replace(path=_filled(broken.path, ids))


@cache
def _all_broken() -> Sequence[BrokenRequest]:
    return list(_broken())


def _broken() -> Iterator[BrokenRequest]:
    for route in (*ROUTES, *CALLS):
        path = route.path
        found = _schema_of(route.operation)
        if found is not None and found[0] == "queries":
            yield from _queries(route.method, path, found[1])
        elif found is not None:
            for where, body in breakings(found[1]):
                yield BrokenRequest(route.method, path, dumps(_sendable(route.operation, body)), where)
        for odd in ODD_IDS if "{" in route.path else ():
            yield BrokenRequest(
                route.method, _filled(route.path, dict.fromkeys(VARIABLES, odd)), None, f"id {odd[:10]!r}"
            )
        yield from _no_json(route.method, path)


def _queries(method: str, path: str, schema: Schema) -> Iterator[BrokenRequest]:
    for found in alternatives(schema):
        for key in found.get("properties", {}):
            for value in SWAPPED:
                given = urlencode({key: value if isinstance(value, str) else dumps(value).decode()})
                yield BrokenRequest(method, f"{path}?{given}&{key}[]=x&{key}={'9' * 30}", None, f"?{key}={value!r}")


def _no_json(method: str, path: str) -> Iterator[BrokenRequest]:
    bodies = (
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"x"',
        b"1e999",
        b'{"a":NaN}',
        b"[" * 5_000,
        b"[" * 300 + b"]" * 300,
    )
    for body in bodies:
        yield BrokenRequest(method, path, body, f"body {body[:12]!r}")
    yield BrokenRequest(method, path, b"{}", "text/plain", "text/plain")
    yield BrokenRequest(method, path, b"--b\r\n\r\nx\r\n--b--", "multipart", "multipart/form-data; boundary=b")


def _filled(path: str, ids: Mapping[str, str]) -> str:
    for name, value in ids.items():
        path = path.replace(f"{{{name}}}", value if value.startswith("%") or value == ".." else quote(value, safe="{}"))
    return path


def mixed_requests(seed: int, ids: Mapping[str, str]) -> Iterator[BrokenRequest]:
    """Bodies with one to four faults each for every route that takes one, without end; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    routes = [route for route in (*ROUTES, *CALLS) if route.method == "POST"]
    made: dict[str, Iterator[Any]] = {}
    for number, route in enumerate(routes):
        found = _schema_of(route.operation)
        bodies: list[Any] = list(OTHER_BODIES.get(route.path, ()))
        if found is not None:
            bodies += [example(found[1], everything=True), example(found[1], everything=False)]
        if route.creates:
            bodies = [*BODIES.values(), *({"model": "gpt-4o", "input": [item]} for item in _items())]
        made[route.path] = mutations(
            seed * 100 + number, [body for body in bodies if body] or [{"a": list(SOME_VALUES)}]
        )
    while True:
        route = dice.choice([*routes, *[route for route in routes if route.creates] * 8])
        body = next(made[route.path])
        known = {name: dice.choice([value, value, *ODD_IDS]) for name, value in ids.items()}
        try:
            sent = dumps(body)
        except (ValueError, TypeError, RecursionError):
            continue
        yield BrokenRequest(route.method, _filled(route.path, known), sent, "mixed")


def _items() -> list[Any]:
    return [example(schema, everything=True) | {"type": name} for name, schema in contract()["input_items"].items()]
