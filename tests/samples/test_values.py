"""Values for JSON Schemas."""

import re
from typing import Any

import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mockserver.errors import ScriptError
from mockserver.ids import Draws
from mockserver.samples.values import value_for

CHECKER = jsonschema.Draft202012Validator.FORMAT_CHECKER

NODE = {
    "type": "object",
    "properties": {
        "value": {"type": "string"},
        "next": {"anyOf": [{"$ref": "#/$defs/node"}, {"type": "null"}]},
        "children": {"type": "array", "items": {"$ref": "#/$defs/node"}},
    },
    "required": ["value", "next", "children"],
    "additionalProperties": False,
}


def draw(schema: Any, *, seed: bytes = b"seed", **options: Any) -> Any:
    return value_for(schema, Draws(seed), **options)


def check(schema: Any, value: Any) -> None:
    jsonschema.Draft202012Validator(schema, format_checker=CHECKER).validate(value)


def strings() -> st.SearchStrategy[dict[str, Any]]:
    patterns = (r"^[a-z]+$", r"^\d{3}-\d{4}$", r"^(foo|bar)\w?$", r"[A-Z][^a-z]{2,4}", r"^\+?[1-9]\d{1,14}$", "x*")
    formats = ("date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid", "uri")
    lengths = st.tuples(st.integers(0, 30), st.integers(0, 30)).map(
        lambda pair: {"minLength": min(pair), "maxLength": max(pair)}
    )
    return st.one_of(
        st.just({"type": "string"}),
        st.sampled_from(patterns).map(lambda pattern: {"type": "string", "pattern": pattern}),
        st.sampled_from(formats).map(lambda name: {"type": "string", "format": name}),
        lengths.map(lambda bounds: {"type": "string", **bounds}),
        st.lists(st.text(max_size=5), min_size=1, unique=True).map(lambda members: {"type": "string", "enum": members}),
        st.text(max_size=5).map(lambda value: {"const": value}),
    )


def numbers() -> st.SearchStrategy[dict[str, Any]]:
    low = st.sampled_from(("minimum", "exclusiveMinimum"))
    high = st.sampled_from(("maximum", "exclusiveMaximum"))
    bounds = st.tuples(low, st.integers(-1000, 1000), high, st.integers(12, 50)).map(
        lambda row: {row[0]: row[1], row[2]: row[1] + row[3]}
    )
    whole: list[dict[str, float]] = [{}, {"multipleOf": 5}, {"multipleOf": 0.5}]
    split: list[dict[str, float]] = [{}, {"multipleOf": 0.01}, {"multipleOf": 2.5}, {"multipleOf": 3}]
    integers = st.tuples(bounds, st.sampled_from(whole))
    fractions = st.tuples(bounds, st.sampled_from(split))
    narrow = st.floats(-100, 100).map(lambda value: {"type": "number", "minimum": value, "exclusiveMaximum": value + 1})
    return st.one_of(
        integers.map(lambda pair: {"type": "integer", **pair[0], **pair[1]}),
        fractions.map(lambda pair: {"type": "number", **pair[0], **pair[1]}),
        narrow,
        st.integers(-9, 9).map(lambda value: {"type": "number", "minimum": value}),
        st.integers(-9, 9).map(lambda value: {"type": "integer", "maximum": value}),
    )


def objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = st.sampled_from(("city", "email", "name", "unit", "note", "URL", "a b"))
    return st.dictionaries(names, inner, max_size=4).map(
        lambda properties: {
            "type": "object",
            "properties": properties,
            "required": list(properties),
            "additionalProperties": False,
        }
    )


def containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    sizes = st.tuples(st.integers(0, 3), st.integers(0, 3)).map(
        lambda pair: {"minItems": min(pair), "maxItems": max(pair)}
    )
    return st.one_of(
        objects(inner),
        st.tuples(inner, sizes).map(lambda pair: {"type": "array", "items": pair[0], **pair[1]}),
        st.lists(inner, min_size=1, max_size=3).map(lambda options: {"anyOf": options}),
        inner.map(lambda schema: {"anyOf": [{"type": "null"}, schema], "description": "Maybe."}),
    )


LEAVES = st.one_of(
    strings(),
    numbers(),
    st.sampled_from(
        (
            {"type": "boolean"},
            {"type": "null"},
            {"type": ["string", "null"]},
            {"type": ["null", "integer"]},
            {"enum": [1, "two", None, 3.5]},
            {"$ref": "#/$defs/node"},
            {"$ref": "#/$defs/word"},
            {"allOf": [{"$ref": "#/$defs/word"}, {"maxLength": 5}], "description": "A short word."},
            {"type": "string", "anyOf": [{"minLength": 40}, {"pattern": "^a+$"}]},
            {"oneOf": [{"$ref": "#/$defs/node"}, {"type": "integer"}]},
            {},
            True,
        )
    ),
)
SCHEMAS = objects(st.recursive(LEAVES, containers, max_leaves=8)).map(
    lambda schema: {**schema, "$defs": {"node": NODE, "word": {"type": "string", "minLength": 3}}}
)


@given(schema=SCHEMAS, seed=st.binary(max_size=4), text=st.sampled_from(("", "What is the weather in Paris?")))
@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
def test_value_validates(schema: Any, seed: bytes, text: str) -> None:
    check(schema, value_for(schema, Draws(seed), text=text))


def test_value_repeats_for_the_same_seed() -> None:
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in ("email", "job", "note")}}
    assert draw(schema) == draw(schema)
    assert draw(schema) != draw(schema, seed=b"other")


@pytest.mark.parametrize(
    "schema",
    [
        pytest.param({"$ref": "#/$defs/node", "$defs": {"node": NODE}}, id="linked-by-anyof-and-array"),
        pytest.param(
            {
                "type": "object",
                "properties": {"child": {"$ref": "#"}, "name": {"type": "string"}},
                "required": ["name"],
            },
            id="optional-property-of-the-root",
        ),
        pytest.param(
            {
                "$ref": "#/$defs/expr",
                "$defs": {
                    "expr": {"anyOf": [{"$ref": "#/$defs/sum"}, {"$ref": "#/$defs/leaf"}]},
                    "sum": {
                        "type": "object",
                        "properties": {"left": {"$ref": "#/$defs/expr"}, "right": {"$ref": "#/$defs/expr"}},
                        "required": ["left", "right"],
                    },
                    "leaf": {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]},
                },
            },
            id="only-one-branch-ends",
        ),
    ],
)
def test_recursive_schema_ends(schema: Any) -> None:
    for seed in (b"1", b"2", b"3", b"4"):
        check(schema, draw(schema, seed=seed))


@pytest.mark.parametrize(
    ("schema", "options", "expected"),
    [
        pytest.param({"const": 7}, {}, 7, id="const"),
        pytest.param({"enum": [None, "only"]}, {}, "only", id="enum-prefers-a-value-to-null"),
        pytest.param({"enum": ["b", "a", "c"]}, {}, "b", id="enum-first"),
        pytest.param({"type": "string", "enum": [None, 3, "b"]}, {}, "b", id="enum-first-that-fits"),
        pytest.param({"enum": ["c", "fahrenheit"]}, {"text": "in Fahrenheit, please"}, "fahrenheit", id="enum-of-text"),
        pytest.param({"enum": ["c", "f"], "default": "f"}, {}, "f", id="enum-default"),
        pytest.param({"enum": ["c", "f"], "default": "f"}, {"text": "in C"}, "c", id="enum-of-text-not-default"),
        pytest.param({"enum": ["c", "f"], "default": "k"}, {}, "c", id="enum-without-its-default"),
        pytest.param({"anyOf": [{"const": "k"}, {"const": "c"}, {"const": "f"}]}, {}, "k", id="constants-first"),
        pytest.param({"oneOf": [{"const": "c"}, {"enum": ["f", "k"]}]}, {"text": "in k"}, "k", id="constants-of-text"),
        pytest.param({"anyOf": [{"const": "c"}, {"const": "f"}], "default": "f"}, {}, "f", id="constants-default"),
        pytest.param({"anyOf": [{"type": "null"}, {"const": "c"}, {"const": "f"}]}, {}, "c", id="constants-or-null"),
        pytest.param(
            {"anyOf": [{"const": "c"}, {"const": 1}], "type": "integer"}, {}, 1, id="constants-of-another-type"
        ),
        pytest.param(
            {"anyOf": [{"type": "integer", "const": "c"}, {"type": "string", "const": "f"}]},
            {},
            "f",
            id="constants-with-types",
        ),
        pytest.param({"anyOf": [{"const": "c"}, {"type": "null"}, False]}, {}, "c", id="not-only-constants"),
        pytest.param({"type": "string", "default": "utf-8"}, {}, "utf-8", id="default"),
        pytest.param({"type": "integer", "default": 10, "minimum": 1, "maximum": 50}, {}, 10, id="default-in-bounds"),
        pytest.param({"type": "integer", "default": 0, "minimum": 1, "maximum": 1}, {}, 1, id="default-below"),
        pytest.param({"type": "integer", "default": 1, "exclusiveMinimum": 1, "maximum": 2}, {}, 2, id="default-at"),
        pytest.param({"type": "integer", "default": "3", "minimum": 4, "maximum": 4}, {}, 4, id="default-of-no-type"),
        pytest.param({"type": "string", "default": "ab", "pattern": "^a$"}, {}, "a", id="default-beside-a-pattern"),
        pytest.param({"const": "abcd", "default": "abc"}, {}, "abcd", id="const-not-default"),
        pytest.param({"type": "string", "default": "abc", "maxLength": 2}, {"hint": "cwd"}, ".", id="default-too-long"),
        pytest.param({"type": "string", "default": "", "minLength": 1}, {"hint": "cwd"}, ".", id="default-too-short"),
        pytest.param({"type": "string", "default": "x", "not": {"const": "x"}}, {"hint": "cwd"}, ".", id="not-default"),
        pytest.param({"type": "boolean", "default": False}, {}, False, id="default-false"),
        pytest.param({"type": "string", "examples": ["x", "y"]}, {}, "x", id="example"),
        pytest.param({"type": "string", "examples": ["x"], "default": "d"}, {}, "d", id="default-before-example"),
        pytest.param({"type": "string", "examples": "x", "const": "y"}, {}, "y", id="examples-that-are-no-list"),
        pytest.param(
            {"type": "string", "default": "Rome"}, {"hint": "city", "text": "in Oslo"}, "Oslo", id="text-not-default"
        ),
        pytest.param(
            {"anyOf": [{"type": "string"}, {"type": "null"}], "default": "d"}, {}, "d", id="default-of-branches"
        ),
        pytest.param({"type": "array", "items": {"type": "string", "default": "d"}}, {}, ["d", "d"], id="of-items"),
        pytest.param({"type": "string"}, {"hint": "city", "text": "Weather in New York?"}, "New York", id="city"),
        pytest.param(
            {"type": "string"}, {"hint": "city", "text": "Hi there. How is Rome? I'm here."}, "Rome", id="not-How"
        ),
        pytest.param({"type": "string"}, {"hint": "query", "text": "cheap flights"}, "cheap flights", id="query"),
        pytest.param({"type": "string"}, {"hint": "x\nThe city", "text": "to Oslo"}, "Oslo", id="description"),
        pytest.param(
            {"type": "string", "minLength": 4, "maxLength": 4}, {"hint": "city", "text": "in Berlin"}, "Berl", id="cut"
        ),
        pytest.param({"type": "integer", "minimum": 5, "maximum": 5}, {}, 5, id="one-integer"),
        pytest.param({"type": "integer", "multipleOf": 7, "minimum": 8, "maximum": 20}, {}, 14, id="multiple"),
        pytest.param({"type": "number", "minimum": 0.123456789, "maximum": 0.12345679}, {}, 0.12345679, id="narrow"),
        pytest.param({"type": "number", "minimum": 7, "maximum": 7.5}, {}, 7, id="whole"),
        pytest.param({"type": "number", "exclusiveMinimum": 6.5, "maximum": 7}, {}, 7, id="whole-above-a-half"),
        pytest.param({"type": "number", "multipleOf": 0.5, "minimum": 6.5, "maximum": 7}, {}, 7, id="whole-multiple"),
        pytest.param(
            {"type": "number", "multipleOf": 2.5, "minimum": 1, "maximum": 4}, {}, 2.5, id="no-whole-multiple"
        ),
        pytest.param({"type": "number", "multipleOf": 1e308, "minimum": 1e308}, {}, 10**308, id="huge-multiple"),
        pytest.param({"type": "array", "items": False}, {}, [], id="no-items-allowed"),
        pytest.param({"type": "array", "items": {"const": 1}, "uniqueItems": True}, {}, [1], id="unique-runs-out"),
        pytest.param({"type": "array", "prefixItems": [{"const": 1}, {"const": 2}]}, {}, [1, 2], id="tuple"),
        pytest.param(
            {"allOf": [{"type": "integer", "minimum": 3}, {"type": "number", "maximum": 3}]}, {}, 3, id="all-of"
        ),
        pytest.param(
            {"allOf": [{"multipleOf": 4}, {"multipleOf": 6}, {"type": "integer", "minimum": 13, "maximum": 30}]},
            {},
            24,
            id="all-of-multiples",
        ),
        pytest.param(
            {
                "allOf": [
                    {"properties": {"a": {"minimum": 2}, "b": {"const": "x"}}, "required": ["a"]},
                    {"properties": {"a": {"type": "integer", "maximum": 2}}, "required": ["b"]},
                ]
            },
            {},
            {"a": 2, "b": "x"},
            id="all-of-properties",
        ),
        pytest.param(
            {"allOf": [{"anyOf": [{"const": 1}, {"const": 2}]}, {"anyOf": [{"const": 2}, {"const": 3}]}]},
            {},
            2,
            id="all-of-any-of",
        ),
        pytest.param(
            {"minProperties": 2, "additionalProperties": {"const": 0}}, {}, {"key_1": 0, "key_2": 0}, id="map"
        ),
        pytest.param(
            {"type": "integer", "maximum": 0, "minimum": 0}, {"hint": "month"}, 0, id="bounds-before-the-name"
        ),
        pytest.param({"type": "integer"}, {"hint": "page"}, 1, id="number-by-its-name"),
        pytest.param({"type": "number"}, {"hint": "startIndex\nThe month"}, 0, id="number-by-a-word-of-its-name"),
        pytest.param({"type": "integer", "multipleOf": 99}, {"hint": "page"}, 198, id="multiple-before-the-name"),
    ],
)
def test_value_is(schema: Any, options: dict[str, Any], expected: Any) -> None:
    assert draw(schema, **options) == expected


def test_unique_items_exhaust_an_enum() -> None:
    schema = {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True}
    assert sorted(draw(schema, text="b")) == ["a", "b", "c"]


@pytest.mark.parametrize("schema", [{"type": "number"}, {"type": "number", "minimum": 0.5, "multipleOf": 0.25}])
def test_number_is_whole_where_that_fits(schema: Any) -> None:
    assert all(isinstance(draw(schema, seed=bytes([n])), int) for n in range(50))


def test_only_what_is_required_is_filled_where_an_object_says_so() -> None:
    inner = {"type": "object", "properties": {"b": {"const": 1}, "c": {"const": 2}}, "required": ["c"]}
    schema = {
        "type": "object",
        "properties": {"inner": inner, "open": {"properties": {"d": {"const": 3}}}, "left": {"const": 4}},
        "required": ["open", "inner"],
    }
    assert value_for(schema, Draws(b"seed"), only_required=True) == {"inner": {"c": 2}, "open": {"d": 3}}
    assert value_for({**schema, "required": []}, Draws(b"seed"), only_required=True) == {}
    assert list(draw(schema)) == ["inner", "open", "left"]


@pytest.mark.parametrize(
    "optional",
    [
        pytest.param({"type": "string", "default": "x"}, id="default"),
        pytest.param({"type": "string", "default": None}, id="default-null"),
        pytest.param({"type": ["string", "null"]}, id="nullable"),
        pytest.param({"anyOf": [{"type": "null"}, {"type": "string"}]}, id="null-branch"),
        pytest.param({"type": "string", "description": "Optional filter."}, id="optional"),
        pytest.param({"type": "string", "description": "A prefix. Omit to list all."}, id="omit"),
        pytest.param({"type": "number", "description": "In ms. Defaults to 30000."}, id="defaults"),
    ],
)
def test_property_that_says_so_is_left_out_where_nothing_says_what_is_required(optional: Any) -> None:
    schema = {"type": "object", "properties": {"city": {"const": "Oslo"}, "more": optional}}
    assert value_for(schema, Draws(b"seed"), only_required=True) == {"city": "Oslo"}
    assert list(draw(schema)) == ["city", "more"]
    required = {**schema, "required": ["more"]}
    assert list(value_for(required, Draws(b"seed"), only_required=True)) == ["more"]


def test_unique_items_are_not_all_the_default() -> None:
    items = {"type": "integer", "default": 1, "minimum": 1, "maximum": 2}
    schema = {"type": "array", "items": items, "minItems": 2, "uniqueItems": True}
    assert sorted(draw(schema)) == [1, 2]
    members = {"enum": ["a", "b"], "default": "a"}
    assert sorted(draw({"type": "array", "items": members, "minItems": 2, "uniqueItems": True})) == ["a", "b"]


def test_command_as_a_list_is_one_command() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    assert len(draw(schema, hint="command")) == 1
    assert len(draw(schema, hint="names")) == 2


@pytest.mark.parametrize(
    ("name", "low", "high"),
    [
        pytest.param("latitude", -90, 90, id="latitude"),
        pytest.param("lng", -180, 180, id="longitude"),
        pytest.param("month", 1, 12, id="month"),
        pytest.param("birthYear", 2000, 2026, id="year"),
        pytest.param("timeout_ms", 10_000, 30_000, id="milliseconds"),
        pytest.param("port", 8000, 8999, id="port"),
        pytest.param("confidence", 0, 1, id="confidence"),
    ],
)
def test_number_fits_its_name(name: str, low: int, high: int) -> None:
    found = {draw({"type": "number"}, hint=name, seed=bytes([n])) for n in range(50)}
    assert all(isinstance(number, int) and low <= number <= high for number in found)
    assert len(found) > 1


def test_number_as_a_string_fits_its_name() -> None:
    assert re.fullmatch(r"8\d{3}", draw({"type": "string"}, hint="port"))
    assert draw({"type": "string"}, hint="page") == "1"
    assert re.fullmatch(r"2026-\d\d-\d\d", draw({"type": "string"}, hint="day"))


def test_optional_is_filled_rather_than_null() -> None:
    assert draw({"anyOf": [{"type": "null"}, {"type": "integer", "minimum": 1}]}) >= 1


@pytest.mark.parametrize(
    "pattern",
    [
        pytest.param(r"^[a-z0-9_-]{3,16}$", id="classes"),
        pytest.param(r"^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$", id="ipv4-with-lookahead"),
        pytest.param(r"^#(?:[0-9a-fA-F]{3}){1,2}$", id="colour"),
        pytest.param(r"^(?=.*\d)(?=.*[a-z])(?=.*[!@]).{8,}$", id="password"),
        pytest.param(r"^(\w)(\w)\2\1$", id="back-references"),
        pytest.param(r"^[^\s@]+@[^\s@]+\.[a-z]{2,}$", id="negated"),
        pytest.param(r"^[\u0430-\u044f]+$", id="cyrillic"),
        pytest.param(r"^\S+\s\D\W$", id="categories"),
        pytest.param(r"^.{2}[^x]a*?b?$", id="any-and-lazy"),
        pytest.param(r"^(<)?[a-z]+(?(1)>|!)$", id="conditional"),
    ],
)
def test_pattern_is_matched(pattern: str) -> None:
    for seed in (b"1", b"2", b"3"):
        assert re.search(pattern, draw({"type": "string", "pattern": pattern}, seed=seed))


def test_pattern_is_matched_within_lengths() -> None:
    text = draw({"type": "string", "pattern": "^[a-z]*$", "minLength": 37, "maxLength": 37})
    assert re.fullmatch("[a-z]{37}", text)


@pytest.mark.parametrize(
    ("schema", "place"),
    [
        pytest.param(False, "$", id="false"),
        pytest.param({"enum": []}, "$", id="empty-enum"),
        pytest.param({"type": "integer", "minimum": 2, "maximum": 1}, "$", id="crossed-bounds"),
        pytest.param({"type": "string", "minLength": 3, "maxLength": 2}, "$", id="crossed-lengths"),
        pytest.param({"type": "string", "pattern": "^a$", "minLength": 2}, "$", id="pattern-against-length"),
        pytest.param({"type": "string", "pattern": "("}, "$", id="broken-pattern"),
        pytest.param({"allOf": [{"type": "string"}, {"type": "integer"}]}, "$", id="two-types"),
        pytest.param({"type": "text"}, "$", id="unknown-type"),
        pytest.param({"type": "array", "minItems": 3, "maxItems": 2}, "$", id="crossed-item-counts"),
        pytest.param(
            {"type": "array", "items": {"const": 1}, "minItems": 2, "uniqueItems": True}, "$", id="too-few-unique"
        ),
        pytest.param({"type": "array", "items": [{}], "minItems": 1}, "$[0]", id="schema-that-is-a-list"),
        pytest.param({"$ref": "#/$defs/missing"}, "$", id="missing-reference"),
        pytest.param({"$ref": "https://example.com/schema"}, "$", id="foreign-reference"),
        pytest.param(
            {
                "type": "object",
                "properties": {"a": {"type": "array", "items": False, "minItems": 1}},
                "required": ["a"],
            },
            "$.a[0]",
            id="required-item",
        ),
        pytest.param(
            {"type": "object", "properties": {"next": {"$ref": "#"}}, "required": ["next"]}, "$.next", id="never-ends"
        ),
    ],
)
def test_impossible_schema_is_told_with_its_place(schema: Any, place: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(place)):
        draw(schema)


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        pytest.param(5, "at $ is 5, which is neither an object nor a boolean", id="number"),
        pytest.param({"allOf": [5]}, "at $ is 5, which is neither an object nor a boolean", id="part"),
        pytest.param({"required": None}, "at $ has 'required' None; expected a list of strings", id="null"),
        pytest.param({"required": [[]]}, "at $ has 'required' [[]]; expected a list of strings", id="name"),
        pytest.param({"anyOf": {}}, "at $ has 'anyOf' {}; expected a list", id="branches"),
        pytest.param({"type": [{}]}, "at $ has 'type' [{}]; expected a type, or a list of them", id="types"),
        pytest.param({"minLength": "1"}, "at $ has 'minLength' '1'; expected a whole number", id="length"),
        pytest.param({"multipleOf": 0}, "at $ has 'multipleOf' 0; expected a number above 0", id="step"),
        pytest.param({"multipleOf": True}, "at $ has 'multipleOf' True; expected a number above 0", id="step-true"),
        pytest.param({"minimum": True}, "at $ has 'minimum' True; expected a number", id="bound-true"),
        pytest.param({"maxItems": False}, "at $ has 'maxItems' False; expected a whole number", id="count-false"),
        pytest.param({"$ref": 5}, "at $ has '$ref' 5; expected a string", id="reference"),
        pytest.param(
            {"properties": {"a": {"pattern": []}}, "required": ["a"]},
            "at $.a has 'pattern' []; expected a string",
            id="inside",
        ),
        pytest.param({"type": "object", "required": ["a"], "properties": {"a": {"type": "text"}}}, "'text'", id="type"),
        pytest.param({"enum": []}, "at $ allows no value: its enum is empty.", id="empty enum"),
        pytest.param({"enum": [1], "type": ["string", "null"]}, "none of [1] has the type string or null", id="types"),
        pytest.param({"enum": ["a"], "type": "text"}, "none of ['a'] has the type text", id="type-of-enum"),
    ],
)
def test_what_is_no_schema_is_told_with_its_place(schema: Any, message: str) -> None:
    with pytest.raises(ScriptError, match=re.escape(message)):
        draw(schema)
