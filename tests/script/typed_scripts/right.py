"""Scripts that a type checker has nothing to say about."""

from mockserver import (
    CreateRequest,
    Fault,
    MockServer,
    Pace,
    Workspace,
    any_of,
    contains,
    exact,
    function_call,
    glob,
    message,
    regex,
)


async def answer(request: CreateRequest) -> list[str]:
    """A reply that has to be waited for."""
    return [request.user_text]


def script(mock: Workspace, server: MockServer) -> None:
    """Right uses, one on each line."""
    mock.on()
    mock.on(input="hello")
    mock.on(input=contains("hello"))
    mock.on(input=regex("h.*o"), model="gpt-*")
    mock.on(input=any_of("a", "b"))
    mock.on(input=lambda text: len(text) > 10)
    mock.on(message={"role": "developer", "contains": "brief"})
    mock.on(instructions=exact("Be brief."))
    mock.on(model=glob("o4-*"))
    mock.on(tools="get_weather")
    mock.on(tools=["get_weather", "get_time"])
    mock.on(tool_output={"name": "get_weather", "value": "18"})
    mock.on(previous_response_id="resp_*", conversation="conv_*")
    mock.on(metadata={"run": "7"}, headers={"x-tenant": "acme"})
    mock.on(json={"reasoning.effort": "low"})
    mock.on(schema={"type": "object"})
    mock.on(stream=True, background=False)
    mock.on(predicate=lambda request: len(request.context) > 1)
    mock.on(all=[{"input": "a"}], any=[{"input": "b"}], not_={"input": "c"})
    mock.on(method="POST", path="/v1/embeddings", operation="embeddings.create")
    mock.on().reply("Hi.")
    mock.on().reply("Hi.", "Bye.")
    mock.on().reply(function_call("create_user", name="Ada"))
    mock.on().reply(message("Hi.", phase="commentary"))
    mock.on().reply(lambda request: request.user_text.upper())
    mock.on().reply(json={"city": "Paris"})
    mock.on().reply(fill={"city": "Paris", "tags": ["a", {"b": 1}]})
    mock.on().reply(answer, "Bye.")
    mock.on().reply("Hi.", status="incomplete", incomplete_reason="content_filter")
    mock.on().reply(error={"code": "server_error", "message": "No."})
    mock.on().reply("Hi.", usage={"output_tokens": 7}, pace=Pace(rate=40))
    mock.on().reply("Hi.", model="gpt-x", service_tier="flex", metadata={"a": "b"})
    mock.on().reply("Hi.", response={"x_provider": "acme"})
    mock.on(path="/v1/files").reply(json=[], status=201, headers={"x-a": "b"})
    mock.on().fault(status=429, code="rate_limit_exceeded", retry_after=0.5)
    mock.on().fault(error="item_not_found", message="Gone.")
    mock.on().fault(cut_after=3).times(2).named("cut")
    mock.on().reply("Hi.").pace(first=0.1, rate=40, jitter=0.5)
    mock.on().reply("Hi.").events([{"type": "response.created"}])
    mock.prompt("pmpt_1", model="gpt-4o", messages=[{"role": "user", "content": "{{a}}"}], settings={"top_p": 1})
    mock.enqueue("Hi.", status="completed")
    mock.chaos(0.5, Fault(status=500), Fault(half_event=2))
    mock.assert_called(times=1, input="hello")
    mock.wait_for(input="hello", timeout=1.0)
    server.workspace(pace=Pace(rate=40), unmatched="answer", profile="openai", all_used=True)
