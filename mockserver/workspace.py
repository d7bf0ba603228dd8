"""A workspace: everything that one API key can see."""

from mockserver.clock import Clock, FrozenClock
from mockserver.ids import Mint


class Workspace:
    """What one API key can see on one server. Tests that use different keys never see each other's."""

    def __init__(self, *, api_key: str, base_url: str = "", seed: str = "", clock: Clock | None = None) -> None:
        self.api_key = api_key
        self.base_url = base_url
        self.mint = Mint(seed.encode())
        self.clock: Clock = clock or FrozenClock()
