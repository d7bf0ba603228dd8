"""The official SDK under every profile: it works as far as the provider's shape allows, as the provider's users see."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from openai import OpenAI

from mockserver import MockServer
from mockserver.web.profiles.loader import PROFILE_NAMES
from tests.support.bodies import ask
from tests.support.http import send

Client: TypeAlias = Callable[[str], OpenAI]


@pytest.fixture
def client(server: MockServer, shared_client: OpenAI) -> Client:
    """`client(profile)`: a client of a workspace under `profile`."""

    def make(profile: str) -> OpenAI:
        workspace = server.workspace(profile=profile)
        return shared_client.with_options(base_url=workspace.base_url, api_key=workspace.api_key)

    return make


def test_profile_that_changes_holds_for_a_request_that_came_before(server: MockServer, tmp_path: Path) -> None:
    models = []
    for model in ("one", "two", None):
        (tmp_path / f"{model}.yaml").write_text(f"request: [{{set: {{model: {model}}}}}]\n" if model else "")
        workspace = server.workspace("changing", profile=str(tmp_path / f"{model}.yaml"))
        models += [send(server.base_url, "POST", "/v1/responses", ask(), key=workspace.api_key).json["model"]] * 2
    assert models == ["one", "one", "two", "two", "gpt-4o-2024-08-06", "gpt-4o-2024-08-06"]


FOREIGN_PARTS = ("lemondata", "modelverse")
"""Their content parts are of type `text`, in which the SDK sees no output text."""
FAMILIAR = [name for name in PROFILE_NAMES if name not in FOREIGN_PARTS]


@pytest.mark.parametrize("profile", FAMILIAR)
def test_sdk_reads_text(profile: str, client: Client) -> None:
    answered = client(profile).responses.create(model="gpt-4.1", input="Hi")
    assert answered.output_text.startswith('Mock reply to "Hi".')


@pytest.mark.parametrize("profile", FAMILIAR)
def test_sdk_accumulates_a_stream(profile: str, client: Client) -> None:
    said = []
    with client(profile).responses.stream(model="gpt-4.1", input="Hi") as stream:
        said = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()
    assert final.output_text == "".join(said)
    assert final.output_text.startswith('Mock reply to "Hi".')


@pytest.mark.parametrize("profile", FAMILIAR)
def test_sdk_reads_a_function_call(profile: str, client: Client) -> None:
    tool: Any = {"type": "function", "name": "look", "parameters": {"type": "object", "properties": {}}, "strict": None}
    answered = client(profile).responses.create(model="gpt-4.1", input="Hi", tools=[tool], tool_choice="required")
    assert [item.name for item in answered.output if item.type == "function_call"] == ["look"]


@pytest.mark.parametrize("profile", FOREIGN_PARTS)
def test_sdk_sees_no_output_text_in_foreign_parts(profile: str, client: Client) -> None:
    answered = client(profile).responses.create(model="gpt-4.1", input="Hi")
    shown: Any = answered.to_dict(warnings=False)
    part = shown["output"][0]
    part = part["content"][0] if "content" in part else part
    assert answered.output_text == ""
    assert part["type"] == "text"
    assert part["text"].startswith('Mock reply to "Hi".')


@pytest.mark.parametrize("profile", FOREIGN_PARTS)
def test_sdk_reads_deltas_whatever_the_parts(profile: str, client: Client) -> None:
    events = client(profile).responses.create(model="gpt-4.1", input="Hi", stream=True)
    said = "".join(event.delta for event in events if event.type == "response.output_text.delta")
    assert said.startswith('Mock reply to "Hi".')


def test_sdk_does_not_know_input_items(client: Client) -> None:
    # modelverse's own Python example calls it this way
    items = [{"type": "text", "text": "Hello!"}]
    with pytest.raises(TypeError, match="input_items"):
        client("modelverse").responses.create(model="gpt-4.1", input_items=items)  # type: ignore[call-overload]
    answered = client("modelverse").responses.create(model="gpt-4.1", extra_body={"input_items": items})
    assert answered.id.startswith("resp-")


def test_sdk_gives_response_done_as_its_last_event(client: Client) -> None:
    events = list(client("modelverse").responses.create(model="gpt-4.1", input="Hi", stream=True))
    assert [event.type for event in events[-2:]] == ["response.completed", "response.done"]
