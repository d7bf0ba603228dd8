"""Refusing connections to other machines, so that a test that would leave this one says so."""

import socket
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

LOOPBACK_NAMES = frozenset({"localhost", "ip6-localhost", "127.0.0.1", "::1", "0.0.0.0", "::", ""})  # noqa: S104


class NetworkBlockedError(OSError):
    """A test tried to reach another machine."""

    def __init__(self, host: object) -> None:
        super().__init__(
            f"mockserver blocked a connection to {host}: this test may reach this machine only. Point the client at"
            " the workspace (OPENAI_BASE_URL, or mock_openai.adopt(client)), or allow the network: leave out"
            " block_network."
        )


def _is_local(host: object) -> bool:
    name = host.decode() if isinstance(host, bytes) else host
    return name is None or (isinstance(name, str) and (name in LOOPBACK_NAMES or name.startswith("127.")))


@contextmanager
def blocked_network() -> Generator[None]:
    """Refuse, in this process, to look up or to connect to any host but this machine.

    Raises: NetworkBlockedError, an OSError, in whoever tries.
    """
    patch = pytest.MonkeyPatch()

    def checked(connect: Callable[..., Any]) -> Callable[..., Any]:
        def checking(own: socket.socket, address: Any) -> Any:
            if own.family in {socket.AF_INET, socket.AF_INET6} and not _is_local(address[0]):
                raise NetworkBlockedError(address[0])
            return connect(own, address)

        return checking

    look_up = socket.getaddrinfo

    def checked_look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        if not _is_local(host):
            raise NetworkBlockedError(host)
        return look_up(host, *arguments, **options)

    for name in ("connect", "connect_ex"):
        patch.setattr(socket.socket, name, checked(getattr(socket.socket, name)))
    patch.setattr(socket, "getaddrinfo", checked_look_up)
    try:
        yield
    finally:
        patch.undo()
