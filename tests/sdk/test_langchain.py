"""LangChain chooses tools, and fills models, with a server that has no script."""

import pytest
from langchain_openai import ChatOpenAI
from pydantic import BaseModel, Field


class Person(BaseModel):
    """Somebody."""

    name: str
    age: int = Field(ge=0, le=130)


@pytest.fixture
def llm(workspace):
    return ChatOpenAI(
        model="gpt-5.5",
        base_url=workspace.base_url,
        api_key=workspace.api_key,
        use_responses_api=True,
        max_retries=0,
    )


def forecast(city: str, days: int = 3) -> str:
    """The weather in a city."""
    return f"{days} sunny days in {city}"


def test_web_search_that_is_chosen_is_made(llm, workspace):
    message = llm.bind_tools([{"type": "web_search"}], tool_choice="web_search").invoke("What is new?")

    assert workspace.requests[0].body["tool_choice"] == {"type": "web_search"}
    assert [part["type"] for part in message.content] == ["reasoning", "web_search_call", "text"]
    (citation,) = message.content[-1]["annotations"]
    assert citation["url"].startswith("https://example.com/")


def test_function_that_is_chosen_is_called(llm, workspace):
    message = llm.bind_tools([forecast], tool_choice="forecast").invoke("The weather in Paris?")

    assert workspace.requests[0].body["tool_choice"] == {"type": "function", "name": "forecast"}
    (call,) = message.tool_calls
    assert (call["name"], call["args"]) == ("forecast", {"city": "Paris"})


def test_streamed_function_call_is_put_together(llm):
    chunks = list(llm.bind_tools([forecast], tool_choice="any").stream("The weather in Paris?"))

    whole = chunks[0]
    for chunk in chunks[1:]:
        whole += chunk
    assert [call["args"] for call in whole.tool_calls] == [{"city": "Paris"}]


@pytest.mark.parametrize("method", ["json_schema", "function_calling"])
def test_model_is_filled(llm, method):
    person = llm.with_structured_output(Person, method=method).invoke("Who is Ada?")

    assert isinstance(person, Person)
    assert person.name == "Ada"
