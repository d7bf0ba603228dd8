"""The clients that users of each provider have, under its profile: one stream with a tool call, and the turn after it.

Unless a row says otherwise, a provider's documents tell to use the official SDK with another base URL.
"""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import partial
from typing import Any, NamedTuple, TypeAlias

import openai
import openrouter
import pytest
from openai import AzureOpenAI, OpenAI
from openrouter import OpenRouter

from mockserver import MockServer, Settings, Workspace
from tests.conftest import SDK_TIMEOUT

WEATHER: Any = {  # the SDK's type asks for `strict`, the API does not
    "type": "function",
    "name": "get_weather",
    "description": "The weather in a city.",
    "parameters": {
        "type": "object",
        "properties": {"city": {"type": "string"}},
        "required": ["city"],
        "additionalProperties": False,
    },
}
QUESTION: Any = {"role": "user", "content": "What is the weather in Rome?"}
Client: TypeAlias = Callable[[str, str], OpenAI]


def official(root: str, key: str, *, path: str = "/v1") -> OpenAI:
    """The official SDK with another base URL."""
    return OpenAI(base_url=root + path, api_key=key, max_retries=0, timeout=SDK_TIMEOUT)


def azure(root: str, key: str) -> OpenAI:
    """Its class for Azure, with a dated version of the API."""
    return AzureOpenAI(
        azure_endpoint=root, api_key=key, api_version="2025-04-01-preview", max_retries=0, timeout=SDK_TIMEOUT
    )


class Users(NamedTuple):
    """How a provider's users reach it."""

    client: Client = official
    prefix: str = ""
    """What the provider has before the paths of the API, beside the known ones."""
    model: str = "gpt-4o"


PROVIDERS = {
    "azure-openai": Users(client=azure, model="gpt-5.1"),
    "databricks": Users(partial(official, path="/serving-endpoints"), "/serving-endpoints", "databricks-gpt-5"),
    "forgets-store": Users(),
    "groq": Users(partial(official, path="/openai/v1"), model="openai/gpt-oss-20b"),
    "ignores-unknown": Users(),
    "litellm": Users(partial(official, path="")),
    "lm-studio": Users(model="openai/gpt-oss-20b"),
    "ogx": Users(model="ollama/llama3.2:3b"),
    "ollama": Users(model="qwen3:8b"),
    "openrouter": Users(partial(official, path="/api/v1"), "/api", "openai/gpt-4o"),
    "vllm": Users(model="openai/gpt-oss-120b"),
    "xai": Users(model="grok-4"),
}


@pytest.fixture
def reach() -> Iterator[Callable[[str], tuple[OpenAI, Workspace]]]:
    """`reach(profile)`: the client of its users, and the workspace that it speaks to."""
    with ExitStack() as stack:

        def client(profile: str) -> tuple[OpenAI, Workspace]:
            users = PROVIDERS[profile]
            server = stack.enter_context(MockServer(Settings(profile=profile, prefix=users.prefix)))
            workspace = server.workspace()
            root = workspace.base_url.removesuffix("/v1")
            return stack.enter_context(users.client(root, workspace.api_key)), workspace

        yield client


@pytest.mark.parametrize("profile", PROVIDERS)
def test_client_streams_a_call_and_sends_its_output(
    profile: str, reach: Callable[[str], tuple[OpenAI, Workspace]]
) -> None:
    client, workspace = reach(profile)
    model = PROVIDERS[profile].model
    with client.responses.stream(model=model, input=[QUESTION], tools=[WEATHER]) as stream:
        types = [event.type for event in stream]
        final = stream.get_final_response()
    [call] = [item for item in final.output if item.type == "function_call"]
    assert (call.name, json.loads(call.arguments).keys()) == ("get_weather", {"city"})
    assert (types[0], types[-1]) == ("response.created", "response.completed")
    assert final.model.startswith(model)

    said = {"type": "function_call", "call_id": call.call_id, "name": call.name, "arguments": call.arguments}
    found = {"type": "function_call_output", "call_id": call.call_id, "output": "Sunny."}
    answer = client.responses.create(model=model, input=[QUESTION, said, found], tools=[WEATHER])  # type: ignore[list-item]
    assert answer.output_text
    assert [exchange.status for exchange in workspace.requests] == [200, 200]


REFUSED = [
    pytest.param("databricks", {"store": True}, "Stored responses is not supported", id="databricks"),
    pytest.param("openrouter", {"previous_response_id": "resp_1"}, "full conversation history", id="openrouter"),
    pytest.param("vllm", {"background": True}, "VLLM_ENABLE_RESPONSES_API_STORE=1", id="vllm"),
    pytest.param("vllm", {"previous_response_id": "resp_1"}, "Response with id 'resp_1' not found.", id="vllm-unknown"),
    pytest.param("ollama", {"reasoning": {"effort": "minimal"}}, "invalid reasoning value", id="ollama"),
    pytest.param("xai", {"instructions": "Be kind.", "previous_response_id": "1"}, "cannot be used with", id="xai"),
    pytest.param("litellm", {"temperature": 3}, "litellm.BadRequestError: OpenAIException - Invalid", id="litellm"),
    pytest.param("ogx", {"temperature": 3}, "Invalid 'temperature'", id="ogx"),
    pytest.param("forgets-store", {"previous_response_id": "resp_1"}, "not found", id="forgets-store"),
]


@pytest.mark.parametrize(("profile", "sent", "words"), REFUSED)
def test_client_is_refused_with_an_error_it_can_read(
    profile: str, sent: dict[str, Any], words: str, reach: Callable[[str], tuple[OpenAI, Workspace]]
) -> None:
    client, _ = reach(profile)
    with pytest.raises(openai.APIStatusError) as caught:
        client.responses.create(model="gpt-4o", input="Hi", **sent)
    assert words in caught.value.response.text


@pytest.mark.parametrize("profile", ["databricks", "forgets-store", "groq", "ollama", "openrouter", "vllm"])
def test_response_of_a_stateless_provider_is_not_found(
    profile: str, reach: Callable[[str], tuple[OpenAI, Workspace]]
) -> None:
    client, _ = reach(profile)
    made = client.responses.create(model="gpt-4o", input="Hi")
    with pytest.raises(openai.NotFoundError):
        client.responses.retrieve(made.id)


def test_unknown_parameter_is_ignored_where_a_provider_ignores_it(
    reach: Callable[[str], tuple[OpenAI, Workspace]],
) -> None:
    for profile in ("ignores-unknown", "ollama", "vllm"):
        client, _ = reach(profile)
        assert client.responses.create(model="gpt-4o", input="Hi", extra_body={"top_k": 5}).output_text


@pytest.fixture
def router(server: MockServer) -> Iterator[OpenRouter]:
    """OpenRouter's own SDK."""
    workspace = server.workspace(profile="openrouter")
    with OpenRouter(api_key=workspace.api_key, server_url=workspace.base_url) as client:
        yield client


def test_openrouters_own_sdk_reads_a_reply_and_a_stream_with_a_call(router: OpenRouter) -> None:
    answered: Any = router.responses.send(model="openai/gpt-4o", input="Hi")
    assert (answered.model, answered.store) == ("openai/gpt-4o", False)
    assert answered.output[0].content[0].text.startswith('Mock reply to "Hi".')
    streamed: Any = router.responses.send(model="openai/gpt-4o", input="Rome?", tools=[WEATHER], stream=True)
    with streamed as events:
        seen = list(events)
    # Its schema requires a name there, as OpenAI's does; what is sent is what OpenAI sends, which has none.
    unknown = {event.raw["type"] for event in seen if type(event).__name__.startswith("Unknown")}
    assert unknown == {"response.function_call_arguments.done"}
    assert seen[-1].response.output[0].name == "get_weather"


def test_openrouters_own_sdk_reads_its_errors(router: OpenRouter) -> None:
    with pytest.raises(openrouter.errors.BadRequestResponseError) as caught:
        router.responses.send(model="openai/gpt-4o", input="Hi", previous_response_id="resp_1")
    assert caught.value.data.error.code == 400
