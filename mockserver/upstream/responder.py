"""The upstream as a responder: what no other responder answers is passed on, and recorded."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from mockserver.ids import Draws
from mockserver.model.answer import Answer, Coming, HttpReply, Outcome, RecordedStream
from mockserver.model.recorded import BeforeRecord
from mockserver.model.request import Asked, CheckedRequest
from mockserver.settings import Settings
from mockserver.spec.steering import STEER
from mockserver.spec.websocket import CONNECT
from mockserver.state.connection import Connection
from mockserver.upstream.session import RecordingSession
from mockserver.upstream.transfers import Transfers

OURS = (CONNECT, STEER)
"""Operations that are not passed on: a handshake, and what is sent after it and creates no response."""


class Upstream:
    """Answers every request by the upstream of a recording session."""

    def __init__(self, session: RecordingSession) -> None:
        self.session = session

    def answer(
        self,
        asked: Asked,
        checked: CheckedRequest | None,  # noqa: ARG002 - a responder's arguments; the upstream checks requests itself
        draws: Draws,  # noqa: ARG002
        *,
        counted: bool = True,  # noqa: ARG002
    ) -> Answer | None:
        """The answer that the upstream is going to give; None for what is about a WebSocket of our own."""
        if asked.head.operation in OURS:
            return None
        return Answer(
            content=Coming(partial(_begin, asked=asked, session=self.session)), outcome=Outcome(self.session.origin)
        )


def record(
    settings: Settings,
    *,
    upstream: str,
    path: str | Path,
    key: str | None = None,
    redact: Sequence[str] = (),
    before_record: BeforeRecord | None = None,
) -> Upstream:
    """The upstream of a new recording session; what the settings redact is redacted as well. Raises: SettingsError."""
    session = RecordingSession(
        upstream=upstream,
        path=path,
        key=key,
        redact=(*settings.redact, *redact),
        before_record=before_record,
        max_bytes=settings.max_recorded,
    )
    return Upstream(session)


async def _begin(
    transfers: Transfers, connection: Connection | None, *, asked: Asked, session: RecordingSession
) -> RecordedStream | HttpReply:
    return await transfers.begin(connection, asked, session)
