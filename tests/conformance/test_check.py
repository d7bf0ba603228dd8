"""Holding a profile against its document: nothing to say where it fits, and each difference once where it does not."""

import json
from pathlib import Path
from typing import Any

import pytest

from mockserver.conformance.check import alone, check_document, check_profile, valid_bodies
from mockserver.errors import SettingsError
from mockserver.web import profiles
from tests.support.openapi_document import LOOKUP, PROFILE, REPLY, REQUEST, document, gateway


def differences(path: Path, bodies: int = 40) -> dict[str, str]:
    """What a check finds, by what it is about and where."""
    found = check_profile(str(path), bodies=bodies).differences.values()
    return {f"{one.what} {one.where}".strip(): one.message for one in found}


def test_profile_that_fits_its_document_has_no_differences(tmp_path: Path) -> None:
    report = check_profile(str(gateway(tmp_path)), bodies=40)
    assert (report.examples, report.bodies, report.slips, report.differences) == (1, 40, [], {})


def test_reply_that_breaks_its_schema_is_reported(tmp_path: Path) -> None:
    path = gateway(tmp_path, REPLY={**REPLY, "required": ["id", "answer", "cost"]})
    assert differences(path) == {
        "reply cost": "'cost' is a required property",
        "event response.completed response.cost": "'cost' is a required property",
    }


def test_event_that_is_not_described_is_reported(tmp_path: Path) -> None:
    path = gateway(tmp_path, PROFILE.replace("keep_events: [", "keep_events: [response.created, "))
    assert differences(path) == {"event response.created": "is none of the events that the document describes."}


def test_request_that_is_refused_is_reported_with_its_count_and_first_body(tmp_path: Path) -> None:
    rows = "request:\n  - set: {previous_response_id: resp_gone}\n"
    path = gateway(tmp_path, PROFILE.replace("request:\n", rows))
    report = check_profile(str(path), bodies=10)
    [difference] = report.differences.values()
    assert (difference.what, difference.where, difference.count) == ("request", "", 11)
    refusal = """{"problem":"Previous response with id 'resp_gone' not found.","field":"previous_response_id"}"""
    assert difference.message == f"refused with 400 {refusal}"
    body = '{"model": "small", "question": "Why?"}'
    assert str(difference) == f"request, 11 times: refused with 400 {refusal}\n    for example {body}"


def test_event_that_only_an_example_shows_is_not_reported(tmp_path: Path) -> None:
    path = gateway(tmp_path, PROFILE.replace("keep_events: [", "keep_events: [response.created, "))
    said = document()
    stream = said["paths"]["/v1/responses"]["post"]["responses"]["200"]["content"]["text/event-stream"]
    stream["example"] = 'event: response.created\ndata: {"type": "response.created"}\n\n'
    (tmp_path / "gateway.json").write_text(json.dumps(said), encoding="utf-8")
    report = check_profile(str(path), bodies=10)
    assert report.differences == {}
    assert report.slips == ["the event of example example, response.created is none that its schema has"]


def test_document_need_not_be_that_of_the_profile(tmp_path: Path) -> None:
    path = gateway(tmp_path)
    described = profiles.OpenApiDocument(path.with_suffix(".json"))
    found = check_document(described, "openai", bodies=5).differences
    assert {what for what, _, _ in found} == {"request"}


def test_profile_without_a_document_is_refused() -> None:
    with pytest.raises(SettingsError, match="The profile 'new-api' names no document; add `openapi: FILE` to it"):
        check_profile("new-api")


def test_random_bodies_name_no_other_object(tmp_path: Path) -> None:
    names = {"type": "string"}
    items = {"type": "array", "items": {"anyOf": [{"properties": {"type": {"const": "item_reference"}}}, LOOKUP]}}
    properties = {**REQUEST["properties"], "previous_response_id": names, "conversation": names, "input": items}
    path = gateway(tmp_path, REQUEST={**REQUEST, "properties": properties, "additionalProperties": True})
    made = list(valid_bodies(profiles.OpenApiDocument(path.with_suffix(".json")), count=60))
    assert len(made) == 60
    assert not any({"previous_response_id", "conversation"} & body.keys() for body in made)
    assert not any(item.get("type") == "item_reference" for body in made for item in body.get("input", ()))


BODIES: list[tuple[Any, Any]] = [
    ([1], [1]),
    ({"input": "x", "conversation": "c"}, {"input": "x"}),
    ({"input": [{"type": "item_reference", "id": "i"}, {"role": "user"}]}, {"input": [{"role": "user"}]}),
    ({"input": [{"id": "i"}, {"id": "m", "role": "user"}]}, {"input": [{"id": "m", "role": "user"}]}),
]


@pytest.mark.parametrize(("body", "expected"), BODIES)
def test_body_alone(body: Any, expected: Any) -> None:
    assert alone(body) == expected
