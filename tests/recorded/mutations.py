"""Bodies that real clients sent, changed in a few places, and what a server answers to them.

``python -m tests.recorded.mutations 20000`` sends so many to an empty server and prints how they were answered.
"""

import copy
import json
import random
import re
import string
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from mockserver import MockServer
from mockserver.spec.api_errors import API_ERRORS
from tests.support.http import Connection, Reply
from tests.support.real_traffic import recorded_files

Place: TypeAlias = tuple[Any, Any]
"""A container and a key or an index of it."""

PATH = "/v1/responses"
SOME_VALUES: Sequence[Any] = (
    *(None, True, False, 0, 1, -1, 1.5, 2**53, 2**70, 1e300),
    *("", " ", "x", "\ud800", "é", "auto", "user", "gpt-4o", "a" * 70_000),
    *([], [None], [[]], {}, {"": None}, {"type": "message"}, {"type": "unheard_of"}, {"type": "function", "name": "f"}),
    *(
        "msg_0",
        "rs_" + "0" * 50,
        "fc_" + "a" * 48,
        "resp_" + "0" * 50,
        "data:image/png;base64,AAAA",
        "https://a.b/c.png",
    ),
)
NEW_KEYS = ("id", "type", "status", "role", "content", "name", "call_id", "store", "include", "unheard_of", "strict")


def recorded_bodies() -> list[dict[str, Any]]:
    """Every recorded body of a creation."""
    found = [exchange for _, exchanges in recorded_files() for exchange in exchanges]
    return [
        each.request
        for each in found
        if each.method == "POST" and each.path.partition("?")[0] == PATH and isinstance(each.request, dict)
    ]


def mutations(seed: int, bodies: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Bodies with one to four changes each, without end; the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - nothing secret
    while True:
        body = copy.deepcopy(dice.choice(bodies))
        for _ in range(dice.randint(1, 4)):
            if places := list(_places(body)):
                dice.choice(CHANGES)(dice, dice.choice(places), places)
        yield body


def _places(value: Any) -> Iterator[Place]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(entries):
        yield value, key
        yield from _places(inner)


def _replace(dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    place[0][place[1]] = copy.deepcopy(dice.choice(SOME_VALUES))


def _remove(_dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    del place[0][place[1]]


def _repeat(dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    container, key = place
    if isinstance(container, list):
        container.insert(dice.randint(0, len(container)), copy.deepcopy(container[key]))


def _add(dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    value = copy.deepcopy(dice.choice(SOME_VALUES))
    if isinstance(place[0], dict):
        place[0][dice.choice(NEW_KEYS)] = value
    else:
        place[0].append(value)


def _move(dice: random.Random, place: Place, places: Sequence[Place]) -> None:
    """What another place has: values of the right form, where they do not belong."""
    container, key = dice.choice(places)
    place[0][place[1]] = copy.deepcopy(container[key])


def _wrap(_dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    place[0][place[1]] = [place[0][place[1]]]


def _scramble(dice: random.Random, place: Place, _places: Sequence[Place]) -> None:
    text = place[0][place[1]]
    if isinstance(text, str) and text:
        at = dice.randrange(len(text))
        place[0][place[1]] = text[:at] + dice.choice(string.printable) + text[at + 1 :]


Change: TypeAlias = Callable[[random.Random, Place, Sequence[Place]], None]
CHANGES: Sequence[Change] = (_replace, _replace, _remove, _repeat, _add, _move, _wrap, _scramble)

SENTENCES = [
    re.compile(re.sub(r"\\\{[^}]*\\\}", ".*", re.escape(row.text)), re.DOTALL)
    for row in API_ERRORS.values()
    if re.sub(r"\{[^}]*\}", "", row.text).strip(" .")
]
"""Every sentence of the table that says something by itself."""
ENDS = {"response.completed", "response.incomplete"}
NO_VALUE = re.compile(r"The schema at \$\S* (allows no value|refers to)")
"""How this server's own error begins where no default answer can be made for a schema."""


def problem_of(reply: Reply) -> str | None:
    """What is wrong with a reply; None for a response, or an error in a sentence of the table."""
    if reply.header("content-type") != "application/json":
        return None if reply.events[-1]["type"] in ENDS else "a stream without an end"
    if reply.status == 200:
        return None if reply.json.get("object") == "response" else "no response"
    if reply.status >= 500:
        return f"status {reply.status}: {reply.json}"
    message = reply.json["error"]["message"]
    if NO_VALUE.match(message) or any(each.fullmatch(message) for each in SENTENCES):
        return None
    return f"not in the table: {message}"


def main(number: int) -> int:
    """Send so many bodies, print what came; the exit code is 1 where something is wrong."""
    counts: Counter[str] = Counter()
    slowest = (0.0, b"")
    found = mutations(1, recorded_bodies())
    with MockServer() as server:
        for _ in range(number):
            sent = json.dumps(next(found)).encode()
            with Connection(server.base_url, timeout=30) as connection:
                began = time.perf_counter()
                connection.request("POST", PATH, sent, key="fuzz")
                reply = connection.reply()
                slowest = max(slowest, (time.perf_counter() - began, sent))
            problem = problem_of(reply)
            counts[f"{reply.status}"] += 1
            if problem is not None:
                counts["problems"] += 1
                print(problem[:300], sent[:1500], sep="\n")
    print(dict(counts), f"slowest {slowest[0]:.3f} s: {slowest[1][:300]!r}")
    return 1 if counts["problems"] else 0


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
