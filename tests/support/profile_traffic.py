"""What is sent to providers, and who sends it: bodies of all kinds, and a client of a workspace under a profile."""

from collections.abc import Mapping
from typing import Any, Final, Self

from mockserver import Workspace, parallel
from mockserver.model import build
from mockserver.web.profiles.loader import PROFILE_NAMES, load_profile
from tests.support.bodies import MCP, ask, offering
from tests.support.http import Connection, Reply, data_of

SEARCH: Final = {"type": "web_search_preview", "domains": ["a.org"], "user_location": {"type": "exact"}}
FUNCTION: Final = {
    "type": "function",
    "name": "f",
    "parameters": {"type": "object", "properties": {"a": {"type": "string"}}},
}
PROVIDER: Final = {"type": "web_search_preview"}
CLICK: Final = {"type": "click", "button": "left", "x": 1, "y": 2}
EVERY_ITEM: Final = [
    build.reasoning("Hm.", content=["Well."], encrypted_content="gAAA"),
    build.reasoning(["Hm.", "So."]),
    build.message("Hello."),
    build.refusal("No."),
    parallel(build.function_call("f", {"a": "b"}), build.custom_tool_call("g", "input")),
    build.web_search_call("weather"),
    build.file_search_call(["weather"], results=[{"file_id": "file-1", "filename": "a", "score": 0.5, "text": "a"}]),
    build.code_interpreter_call("1 + 1", container_id="cntr_1", outputs="2"),
    build.image_generation_call("aGk="),
    build.computer_call(CLICK),
    build.mcp_list_tools("docs", [{"name": "search"}]),
    build.mcp_call("docs", "search", {"q": "a"}, output="found"),
    build.mcp_call("docs", "search", {}, error={"type": "http_error", "code": 424, "message": "Gone."}),
    build.mcp_approval_request("docs", "search", {}),
    build.local_shell_call(["ls"]),
    build.shell_call(["ls"]),
    build.apply_patch_call({"type": "delete_file", "path": "a"}),
    build.tool_search_call({}),
    build.compaction("gAAA"),
]
"""An output item of every type that a server sends by itself."""

BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "text": ask(),
    "text of a reasoning model": ask(model="o4-mini"),
    "summary": ask(model="gpt-5", reasoning={"summary": "detailed"}),
    "function": offering(FUNCTION),
    "search": offering(PROVIDER),
    "cut": ask("Tell me a story that is longer than the limit, however short the words.", max_output_tokens=16),
    "schema": ask("Who?", text={"format": {"type": "json_schema", "name": "p", "schema": {"type": "object"}}}),
    "mcp": offering({**MCP, "require_approval": "never"}),
    "every item": ask("Show every item."),
    "filtered": ask("Stop in between."),
    "failed": ask("Fail."),
}
OWN: Final[Mapping[str, Mapping[str, Mapping[str, Any]]]] = {
    "skyengine": {"prompt": {"model": "gpt-4.1", "prompt": "Hi"}, "echo": offering(SEARCH)},
    "new-api": {"echo": offering({"type": "web_search_preview", "domains": ["a.org"]})},
    "modelverse": {"names": {"model": "gpt-4o", "input_items": [{"type": "text", "text": "Hi"}], "max_tokens": 50}},
    "lemondata": {"parts": ask() | {"input": [{"role": "user", "content": [{"type": "text", "text": "x"}]}]}},
}
"""What only one provider takes."""


def bodies_of(profile: str) -> Mapping[str, Mapping[str, Any]]:
    """The requests that are sent to one provider."""
    return {**BODIES, **OWN.get(profile, {})}


def keeps(name: str) -> bool:
    """Whether a response of the provider can be read again."""
    profile = load_profile(name)
    stored = profile.request_in({"store": True})["store"] is not False
    return stored and profile.has_endpoint("GET", "/responses/{id}")


KEEPING: Final = tuple(name for name in PROFILE_NAMES if keeps(name))
FORGETTING: Final = tuple(name for name in PROFILE_NAMES if not keeps(name))
DONE: Final = b"data: [DONE]\n\n"


def scripted(workspace: Workspace) -> Workspace:
    """A workspace that answers all bodies."""
    workspace.unmatched = "answer"
    workspace.on(input="every item").reply(*EVERY_ITEM)
    workspace.on(input="in between").reply("Hello.", incomplete_reason="content_filter")
    workspace.on(input="Fail").reply("Hello.", error={"code": "server_error", "message": "Sorry."})
    return workspace


class Client:
    """Sends requests to one workspace, on one connection."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self._connection = Connection(workspace.base_url)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._connection.close()

    def __call__(self, method: str, path: str, body: Any = None, *, status: int = 200) -> Reply:
        self._connection.request(method, f"/v1{path}", body, key=self.workspace.api_key)
        reply = self._connection.reply()
        assert reply.status == status, reply.body
        return reply


def events_of(body: bytes) -> list[Any]:
    """The events of a stream, without a last line that is none."""
    return [data_of(frame) for frame in body.removesuffix(DONE).split(b"\n\n")[:-1]]


def without_billing(response: Any) -> Any:
    """A response as it stands in events, which have no `billing`."""
    return {key: value for key, value in response.items() if key != "billing"}
