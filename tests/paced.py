"""A server whose streams take their time, for tests of what happens in the middle of one."""

from typing import Any

from mockserver import MockServer
from mockserver.engine import Engine
from mockserver.model.plan import Pace
from mockserver.state.run import Run
from mockserver.workspace import Workspace


class PacedEngine(Engine):
    """Gives the usual answers at the given pace."""

    def __init__(self, pace: Pace) -> None:
        super().__init__()
        self._pace = pace

    def create(self, workspace: Workspace, body: Any, **more: Any) -> Run:
        """The usual run, paced."""
        return Run(super().create(workspace, body, **more).final, pace=self._pace, clock=workspace.clock)


def paced_server(*, rate: float) -> MockServer:
    """A server, not started yet, that sends `rate` deltas a second."""
    server = MockServer()
    server._engine = PacedEngine(Pace(rate=rate))
    return server
