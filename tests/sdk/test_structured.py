"""Structured output: `responses.parse()` and `responses.stream()` with Pydantic models."""

import json
from datetime import date
from enum import Enum
from typing import Literal

import openai
import pytest
from pydantic import BaseModel, Field

from tests.support.bodies import ask


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Address(BaseModel):
    street: str
    number: int = Field(ge=1, le=9999)
    postcode: str = Field(pattern=r"^\d{5}$")


class Person(BaseModel):
    name: str
    born: date
    height: float = Field(gt=0.5, lt=2.5)
    favourite: Colour
    nickname: str | None
    addresses: list[Address] = Field(min_length=1, max_length=3)
    kind: Literal["human"]


class Tree(BaseModel):
    label: str
    children: list["Tree"]


class Circle(BaseModel):
    shape: Literal["circle"]
    radius: float


class Square(BaseModel):
    shape: Literal["square"]
    side: float


class Drawing(BaseModel):
    shapes: list[Circle | Square]


class Extracted(BaseModel):
    name: str
    age: int = Field(ge=0, le=130)
    mood: Literal["angry", "calm"] = "calm"
    note: str | None = None


class Choice(BaseModel):
    reason: str
    yes: bool


@pytest.mark.parametrize("model", [Address, Person, Tree, Drawing, Choice])
def test_parse_gives_an_instance_of_the_model(client, model):
    response = client.responses.parse(**ask("Fill this in."), text_format=model)

    assert isinstance(response.output_parsed, model)


async def test_async_parse_gives_an_instance_of_the_model(async_client):
    response = await async_client.responses.parse(**ask("Fill this in."), text_format=Person)

    assert isinstance(response.output_parsed, Person)


def test_stream_parses_the_text_at_its_end(client):
    with client.responses.stream(**ask("Who is it?"), text_format=Person) as stream:
        done = [event.parsed for event in stream if event.type == "response.output_text.done"]
        response = stream.get_final_response()

    assert done == [response.output_parsed]
    assert isinstance(response.output_parsed, Person)


def test_parse_parses_the_arguments_of_a_pydantic_tool(client):
    tool = openai.pydantic_function_tool(Address, name="save_address")
    flat = {"type": "function", **tool["function"]}
    response = client.responses.parse(**ask("Save this address."), tools=[flat])
    (call,) = response.output

    assert call.name == "save_address"
    assert isinstance(call.parsed_arguments, Address | dict)
    Address.model_validate_json(call.arguments)


def test_reasoning_model_answers_in_the_format_too(client):
    response = client.responses.parse(**ask("Fill this in.", model="gpt-5"), text_format=Choice)

    assert [item.type for item in response.output] == ["reasoning", "message"]
    assert isinstance(response.output_parsed, Choice)


def test_json_object_gives_json(client):
    response = client.responses.create(**ask("Answer in JSON."), text={"format": {"type": "json_object"}})

    assert isinstance(json.loads(response.output_text), dict)


def test_schema_that_strict_mode_refuses_is_an_error(client):
    schema = {"type": "object", "properties": {"a": {"type": "string"}}, "required": []}
    form = {"type": "json_schema", "name": "thing", "schema": schema, "strict": True}

    with pytest.raises(openai.BadRequestError, match="Invalid schema for response_format 'thing'"):
        client.responses.create(**ask(), text={"format": form})


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5.5"])
def test_model_that_instructor_asks_for_is_filled(client, model):
    # as Instructor 1.17 sends it; it cannot be installed beside this version of the SDK
    tool = {
        "type": "function",
        "name": "Extracted",
        "description": "Correctly extracted `Extracted` with all the required parameters with correct types",
        "parameters": {**Extracted.model_json_schema(), "required": ["name", "age", "mood", "note"]},
    }
    choice = {"type": "function", "name": "Extracted"}
    messages = [{"role": "user", "content": "Who is Ada?"}]
    call = client.responses.create(model=model, input=messages, tools=[tool], tool_choice=choice).output[-1]

    extracted = Extracted.model_validate_json(call.arguments)
    assert (call.name, extracted.name, extracted.mood) == ("Extracted", "Ada", "calm")
    assert list(json.loads(call.arguments)) == ["name", "age", "mood", "note"]
