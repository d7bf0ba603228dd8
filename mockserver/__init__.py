"""A mock server and record/replay test double for OpenAI's Responses API and Conversations API.

>>> from mockserver import MockServer
>>> with MockServer() as server:
...     server.base_url  # a client's base_url; any API key is good
'http://127.0.0.1:.../v1'
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mockserver.clock import FrozenClock, ManualClock, RealClock
    from mockserver.errors import ApiError, CassetteError, MockServerError, ScriptError, ServerError, SettingsError
    from mockserver.server import MockServer
    from mockserver.settings import Settings
    from mockserver.workspace import Workspace

__version__ = "0.1.0"

__all__ = [
    "ApiError",
    "CassetteError",
    "FrozenClock",
    "ManualClock",
    "MockServer",
    "MockServerError",
    "RealClock",
    "ScriptError",
    "ServerError",
    "Settings",
    "SettingsError",
    "Workspace",
]

_HOMES = {
    "clock": ("FrozenClock", "ManualClock", "RealClock"),
    "errors": ("ApiError", "CassetteError", "MockServerError", "ScriptError", "ServerError", "SettingsError"),
    "server": ("MockServer",),
    "settings": ("Settings",),
    "workspace": ("Workspace",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    """Public names are loaded when they are first used: a test session that never starts a server pays nothing."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'mockserver' has no attribute {name!r}; it offers {', '.join(__all__)}")
    value = getattr(import_module(f"mockserver.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
