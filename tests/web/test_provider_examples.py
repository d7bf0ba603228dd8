"""Every example of the providers' documents, sent as written and compared with what the document shows."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeAlias

import pytest
from jsonschema import Draft202012Validator

from mockserver import MockServer
from tests.support.http import send
from tests.web.provider_examples import DOCUMENTS, PROVIDERS, Example, document_text, examples, openapi

pytestmark = pytest.mark.skipif(not PROVIDERS.is_dir(), reason="the providers' documents are not here")

Answer: TypeAlias = Callable[[str, dict[str, Any]], Any]


@pytest.fixture
def answer(server: MockServer) -> Answer:
    """`answer(profile, request)`: what the server says over HTTP, a body or the events of a stream."""

    def ask(profile: str, request: dict[str, Any]) -> Any:
        workspace = server.workspace(profile=profile)
        reply = send(workspace.base_url, "POST", "/v1/responses", request, key=workspace.api_key)
        assert reply.status == 200, reply.body
        return reply.events if request.get("stream") else reply.json

    return ask


REQUESTS = {"lemondata": 1, "modelverse": 2, "new-api": 7, "overview": 0, "skyengine": 16}
BODIES = {"lemondata": 1, "modelverse": 1, "new-api": 6, "overview": 0, "skyengine": 3}
STREAMS = {"lemondata": 0, "modelverse": 0, "new-api": 1, "overview": 0, "skyengine": 1}


def test_examples_are_all_found() -> None:
    requests = Counter(example.document for example in examples())
    bodies = Counter(example.document for example in examples() if isinstance(example.answer, dict))
    streams = Counter(example.document for example in examples() if isinstance(example.answer, list))
    assert {document: requests[document] for document in DOCUMENTS} == REQUESTS
    assert {document: bodies[document] for document in DOCUMENTS} == BODIES
    assert {document: streams[document] for document in DOCUMENTS} == STREAMS


def test_documents_have_no_other_requests() -> None:
    texts = {document: document_text(document) for document in DOCUMENTS}
    calls = ("curl http", "curl -X", "responses.create(", ".CreateResponse(", "Responses.New(", "().create(")
    sent = {document: sum(text.count(call) for call in calls) for document, text in texts.items()}
    sent["skyengine"] += texts["skyengine"].split("\n      responses:", 1)[0].count("model: ")
    assert sent == REQUESTS


def _named(chosen: Iterable[Example]) -> list[Any]:
    return [pytest.param(example, id=f"{example.document} {example.name}") for example in chosen]


@pytest.mark.parametrize("example", _named(examples()))
def test_request_example_is_answered(example: Example, answer: Answer) -> None:
    shown = answer(example.document, example.request)
    if isinstance(shown, list):
        assert shown[0]["type"] == "response.created"
    else:
        assert shown["object"] == "response"
        assert shown["output"]


# What our answer may have besides an example, and why.
BEYOND_EXAMPLE = {
    # its schemas require both; its stream leaves them out
    "skyengine": {"sequence_number", "input_tokens_details"},
    # it calls its example simplified, and itself compatible with everything that OpenAI sends
    "modelverse": {"*"},
}
BEYOND_STREAM = {"skyengine": {"response.in_progress"}}  # one of the nine event types of its schema
FOLLOWS_REQUEST = {"max_output_tokens", "instructions"}  # the examples' answers state others than their requests


def kind_of(value: Any) -> str:
    """The type as JSON has it: one for all numbers."""
    if isinstance(value, bool) or value is None:
        return "null" if value is None else "boolean"
    return "number" if isinstance(value, int | float) else type(value).__name__


def differences(shown: Any, ours: Any, *, beyond: set[str], at: str = "") -> Iterator[str]:
    """Where our keys and types are not those of an example."""
    key = at.rpartition(".")[2]
    if kind_of(shown) != kind_of(ours):
        if key not in FOLLOWS_REQUEST:
            yield f"{at}: {kind_of(shown)} shown, ours is {kind_of(ours)}"
    elif isinstance(shown, dict):
        yield from (f"{at}.{name}: is missing" for name in shown.keys() - ours.keys())
        if "*" not in beyond:
            yield from (f"{at}.{name}: is not shown" for name in ours.keys() - shown.keys() - beyond)
        for name in shown.keys() & ours.keys():
            yield from differences(shown[name], ours[name], beyond=beyond, at=f"{at}.{name}")
    elif isinstance(shown, list):
        yield from _list_differences(shown, ours, beyond=beyond, at=at)


def _list_differences(shown: list[Any], ours: list[Any], *, beyond: set[str], at: str) -> Iterator[str]:
    """Elements of one type are alike, however many there are."""
    kinds, our_kinds = _kinds(shown), _kinds(ours)
    if kinds != our_kinds:
        yield f"{at}: {kinds} shown, ours are {our_kinds}"
    first = {_kind(one): one for one in reversed(shown)}
    for number, element in enumerate(ours):
        if _kind(element) in first:
            yield from differences(first[_kind(element)], element, beyond=beyond, at=f"{at}[{number}]")


def _kind(element: Any) -> str:
    return str(element.get("type")) if isinstance(element, dict) else kind_of(element)


def _kinds(elements: Sequence[Any]) -> list[str]:
    return [kind for kind, _ in groupby(_kind(element) for element in elements)]


ANSWERED = [example for example in examples() if isinstance(example.answer, dict)]
STREAMED = [example for example in examples() if isinstance(example.answer, list)]


@pytest.mark.parametrize("example", _named(ANSWERED))
def test_body_has_the_shape_of_its_example(example: Example, answer: Answer) -> None:
    ours = answer(example.document, example.request)
    beyond = BEYOND_EXAMPLE.get(example.document, set()) - {"input_tokens_details"}
    assert list(differences(example.answer, ours, beyond=beyond)) == []


@pytest.mark.parametrize("example", _named(STREAMED))
def test_stream_has_the_events_of_its_example(example: Example, answer: Answer) -> None:
    more = BEYOND_STREAM.get(example.document, set())
    ours = [event for event in answer(example.document, example.request) if event["type"] not in more]
    assert _kinds(ours) == _kinds(example.answer)
    first = {_kind(event): event for event in reversed(example.answer)}
    beyond = BEYOND_EXAMPLE.get(example.document, set())
    for event in ours:
        assert list(differences(first[_kind(event)], event, beyond=beyond, at=_kind(event))) == []


NULL_AGAINST_SCHEMA = {"usage", "user"}  # null in the examples of the document, not in its schemas


def _schema_faults(name: str, shown: dict[str, Any]) -> list[str]:
    """What a schema of the OpenAPI document objects to."""
    document = json.loads(json.dumps(openapi("skyengine")["components"]), object_hook=_nullable)
    schema = {"components": document, "$ref": f"#/components/schemas/{name}"}
    stated = json.loads(json.dumps(shown), object_hook=_without_nulls)
    return [f"{fault.json_path}: {fault.message}" for fault in Draft202012Validator(schema).iter_errors(stated)]


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0's way to allow null, in a document of 3.1."""
    return {**schema, "type": [schema["type"], "null"]} if schema.get("nullable") is True else schema


def _without_nulls(shown: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shown.items() if value is not None or key not in NULL_AGAINST_SCHEMA}


@pytest.mark.parametrize("example", _named(example for example in examples() if example.document == "skyengine"))
def test_skyengine_answer_obeys_its_schemas(example: Example, answer: Answer) -> None:
    shown = answer("skyengine", example.request)
    if isinstance(shown, list):
        beside_union = {"response.output_item.added", "response.content_part.added"}
        union = [event for event in shown if event["type"] not in beside_union]
        assert [fault for event in union for fault in _schema_faults("ResponseStreamEvent", event)] == []
    else:
        assert _schema_faults("CreateResponseResponse", shown) == []


def test_modelverse_stream_ends_with_response_done(answer: Answer) -> None:
    [request] = [example.request for example in examples() if example.name == "python 1"]
    events = answer("modelverse", request)
    assert [event["type"] for event in events[-2:]] == ["response.completed", "response.done"]
    assert events[-1]["response"] == events[-2]["response"]
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert events[-1]["response"]["output"][0].keys() == {"type", "text"}
