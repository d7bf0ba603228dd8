"""Requests that recordings answer, or an upstream whose answers are recorded: after the script, before the default."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias

from mockserver.cassette.body import read_body
from mockserver.model.request import CreateRequest
from mockserver.model.tape import Recorded
from mockserver.spec.api_errors import api_error
from mockserver.web.call import Call, RawReply
from mockserver.web.replayed import note, replayed

if TYPE_CHECKING:
    from mockserver.state.recording import RecordingSession

PassOn: TypeAlias = "Callable[[Call, RecordingSession], Awaitable[RawReply]]"


async def taped_reply(call: Call, pass_on: PassOn) -> RawReply | None:
    """The answer of a recording or of the upstream, to which `pass_on` goes; None leaves it to the handler.

    Raises:
        ApiError: no recording answers, and nobody else may.
        CassetteError: what the upstream says cannot be recorded.
    """
    space = call.workspace
    if _scripted(call):
        return None
    headers = call.exchange.headers
    asked = Recorded(
        method=call.exchange.method,
        url_path=call.target,
        request_body=read_body(call.exchange.raw, headers.get("content-type", "")),
    )
    replay, session = space.replaying, space.recording
    if replay is not None and (recording := replay.take(asked)):
        call.exchange.rule = recording.name
        note(call.exchange, recording)
        gate = space.active_gate
        passage = gate.passage() if gate else None
        breaks = call.exchange.fault is not None
        return replayed(recording, clock=space.clock, speed=replay.speed, passage=passage, breaks=breaks)
    if session is not None:
        call.exchange.rule = session.origin
        return await pass_on(call, session)
    if replay is None or space.unmatched == "answer":
        return None
    call.exchange.miss = replay.miss_message(asked)
    raise api_error("no_matching_recording", message=call.exchange.miss)


def _scripted(call: Call) -> bool:
    """Whether a rule of the script answers."""
    script = call.workspace.script
    if script.empty or not call.exchange.creates:
        return False
    body = call.exchange.readable
    if not body:
        return False
    request = CreateRequest(body, headers=call.exchange.headers, raw=call.exchange.raw)
    return any(rule.matches(request) for rule in script.rules)
