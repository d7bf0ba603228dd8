"""A program that puts an invented item type into the tables, lives with it, and prints what it saw as JSON.

It is a process of its own: whatever is derived from the tables is derived once, when a module is imported.
"""

import json
from typing import cast
from urllib.request import Request, urlopen

from mockserver.spec.event_steps import signals, text
from mockserver.spec.item_row import CALL_ID, OPTIONAL, REQUIRED, STATUS, ItemType
from mockserver.spec.item_types import ITEM_TYPES

item_types = cast("dict[str, ItemType]", ITEM_TYPES)  # nothing but this program changes it
item_types["hologram_call"] = ItemType(
    prefix="holo",
    keys={"status": STATUS, "beam": REQUIRED, "call_id": CALL_ID, "hue": OPTIONAL},
    text=("beam",),
    tool="hologram",
    answered_by="hologram_call_output",
    opened={"status": "in_progress", "beam": ""},
    steps=(*signals("hologram_call", "in_progress"), text("hologram_call_beam", "beam")),
)
item_types["hologram_call_output"] = ItemType(
    prefix="holoo",
    keys={"status": STATUS, "call_id": REQUIRED, "output": REQUIRED},
    text=("output",),
    after_reasoning=False,
)

from mockserver import MockServer  # noqa: E402 - the rows come first
from mockserver.events.fold import fold  # noqa: E402
from mockserver.model.client_work import required_input  # noqa: E402
from mockserver.model.plan import Item  # noqa: E402
from mockserver.replay.canonical import canonical_request  # noqa: E402
from mockserver.script.replies import BUILDERS, Builder  # noqa: E402


def hologram_call(beam: str) -> Item:
    return {"type": "hologram_call", "beam": beam}


cast("dict[str, Builder]", BUILDERS)["hologram_call"] = Builder(make=hologram_call)

SAID = "a blue bird"


def sent(mock, path, body=None):
    headers = {"authorization": f"Bearer {mock.api_key}", "content-type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(mock.base_url + path, data=data, headers=headers)) as reply:  # noqa: S310 - it is http
        return reply.read()


def canonical(item_id):
    return canonical_request("POST", "/v1/responses", {"input": [{"type": "hologram_call", "id": item_id}]}).key


with MockServer() as server:
    mock = server.workspace()
    mock.on(input="project").reply({"hologram_call": SAID})
    mock.on(tool_output="hologram_call").reply("Seen.")
    asked = {"model": "gpt-4o", "input": "project"}
    created = json.loads(sent(mock, "/responses", asked))
    stream = sent(mock, "/responses", {**asked, "stream": True}).decode()
    events = [json.loads(line.removeprefix("data: ")) for line in stream.splitlines() if line.startswith("data: ")]
    (call,) = created["output"]
    output = {"type": "hologram_call_output", "call_id": call["call_id"], "output": "a crowd gathers"}
    answered = json.loads(sent(mock, "/responses", {**asked, "input": [call, output]}))
    facts = {
        "created": call,
        "usage": created["usage"]["output_tokens"],
        "events": [event["type"] for event in events],
        "opened": next(event["item"] for event in events if event["type"] == "response.output_item.added"),
        "folded": fold(events[:-2])["output"][0]["beam"],
        "stored": json.loads(sent(mock, f"/responses/{created['id']}"))["output"],
        "answered": answered["output"][0]["content"][0]["text"],
        "listed": json.loads(sent(mock, f"/responses/{answered['id']}/input_items"))["data"],
        "canonical": canonical("holo_12345678") == canonical("holo_87654321") != canonical("other_12345678"),
        "required": required_input([call]),
        "journal": mock.requests[0].report().splitlines()[1],
    }
print(json.dumps(facts))
