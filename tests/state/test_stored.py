"""A stored response is told as it was, whatever its store keeps of it."""

from pathlib import Path

from mockserver import Workspace
from mockserver.cassette.format import Header
from mockserver.cassette.writer import CassetteWriter
from mockserver.model.recorded import RecordedExchange
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
