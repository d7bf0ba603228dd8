"""Every recorded request that OpenAI answered is answered here too, with the history that its session had by then."""

import pytest

from mockserver import MockServer
from tests.recorded.test_recorded_sequences import ENDPOINT, OK, Playing, responses_in
from tests.support.real_traffic import RECORDINGS, RecordedExchange, recorded_files

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")

NOT_ANSWERED = {
    "test_openai_previous_response_id_auto_mode.yaml": "goes on from a response of another session",
    "test_openai_responses_reasoning_generate_summary.yaml": "an unknown parameter since 2026-08 at the latest",
}


def answered(exchanges: tuple[RecordedExchange, ...]) -> list[RecordedExchange]:
    """The exchanges with OpenAI's API in which something was sent and taken."""
    known = [each for each in exchanges if each.host == "api.openai.com" and each.headers and each.status == OK]
    return [each for each in known if ENDPOINT.match(each.path) and isinstance(each.request, dict)]


SESSIONS = {
    name: found for name, exchanges in recorded_files() if name not in NOT_ANSWERED and (found := answered(exchanges))
}


@pytest.mark.parametrize("name", SESSIONS)
def test_session_is_answered_to_its_end(server: MockServer, name: str) -> None:
    playing = Playing(server.workspace(unmatched="answer"))
    finals = {response["id"]: response for exchange in SESSIONS[name] for response in responses_in(exchange)}
    refused = []
    for exchange in SESSIONS[name]:
        begun = next(responses_in(exchange), None)
        reply = playing.play(exchange, finals[begun["id"]] if begun else None)
        refused += [] if reply.status == OK else [reply.json["error"]]

    assert refused == []


def test_sessions_send_items_back():
    """Else nothing is shown by their being answered."""
    sent = [item for found in SESSIONS.values() for each in found for item in each.request.get("input") or ()]
    named = {item["type"] for item in sent if isinstance(item, dict) and item.get("id") and item.get("type")}

    assert named >= {"reasoning", "function_call", "message", "web_search_call", "mcp_call", "compaction"}
