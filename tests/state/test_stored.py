"""A stored response is told as it was, whatever its store keeps of it."""

from pathlib import Path
from typing import Any

from mockserver import Workspace
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.codec import dumps
from mockserver.model.recorded import RecordedExchange
from mockserver.state.rendering import LoggedRendering
from mockserver.state.stored import StoredResponse
from tests.support.bodies import ask
from tests.support.http import Raw

RESPONSE = {"id": "resp_1", "object": "response", "status": "completed", "background": True, "output": []}
STREAM = RecordedExchange(
    request_body=ask(background=True, stream=True),
    headers={"content-type": "text/event-stream"},
    events=[
        {"type": "response.created", "response": RESPONSE, "sequence_number": 0},
        {"type": "response.completed", "response": RESPONSE, "sequence_number": 1},
    ],
    other_frames=((1, ": keep-alive"), (2, "data: [DONE]")),
)


def test_recorded_stream_is_told_again_with_all_that_it_held(workspace: Workspace, raw: Raw, tmp_path: Path):
    with CassetteWriter(tmp_path / "session.yaml", header=Header()) as writer:
        writer.add(STREAM)
    workspace.replay(tmp_path / "session.yaml")
    first = raw("POST", "/v1/responses", STREAM.request_body)
    again = raw("GET", "/v1/responses/resp_1?stream=true")

    assert first.body.endswith(b"data: [DONE]\n\n")
    assert again.body == first.body


def test_items_that_state_no_id_get_ids_of_their_own():
    items: list[dict[str, Any]] = [
        {"type": "message", "role": "assistant", "content": [], **stated} for stated in ({}, {"id": None}, {"id": ""})
    ]
    rendering = LoggedRendering(dumps({**RESPONSE, "output": items}), response_id="resp_1", types=(), payloads=())
    given = [{"type": "message", "role": "user", "content": "Go on."}]
    stored = StoredResponse("resp_1", dumps(ask()), rendering, injected=given)
    ids = [item["id"] for item in (*stored.input(), *stored.output(), *stored.injected_items())]

    assert len({*ids}) == 5
    assert all(one.startswith("msg_") for one in ids)
