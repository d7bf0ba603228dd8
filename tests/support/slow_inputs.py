"""Sixty schemas, expressions and texts that are made to be slow: what an author of a test, or a model, might send."""

from collections.abc import Mapping
from typing import Any

PATTERNS: Mapping[str, tuple[str, str]] = {
    "repeat in a repeat": ("(a+)+$", "a" * 33 + "b"),
    "choice in a repeat": ("(a|a)*b", "a" * 40),
    "words": (r"^(\w+\s?)*$", "word " * 10_000 + "!"),
    "many optional parts": ("a?" * 28 + "a" * 28, "a" * 28),
    "counted repeats": (r"(?:(?:a?){20}){20}b", "a" * 400),
    "repeats in a row": (".*.*=.*", "x" * 20_000),
    "spaces before the end": (r"\s+$", " " * 100_000 + "x"),
    "nearly an address": (r"[\w.]+@[\w.]+", "a.a.a." * 20_000),
    "what was found before": (r"(.+)\1{9}!", "ab" * 20_000),
}
"""An expression, and a text that it nearly matches."""


def array(count: int, of: Any) -> dict[str, Any]:
    """An array of at least so many."""
    return {"type": "array", "minItems": count, "items": of}


def linked(link: Any, count: int, last: Any) -> dict[str, Any]:
    """Definitions, each made of a reference to the next."""
    links = {f"d{n}": link({"$ref": f"#/$defs/d{n + 1}"}) for n in range(count)}
    return {"$ref": "#/$defs/d0", "$defs": {**links, f"d{count}": last}}


WORD = {"type": "string"}
SCHEMAS: Mapping[str, Any] = {
    "a billion items": array(10**9, WORD),
    "a million items": array(10**6, WORD),
    "five thousand items": array(5_000, WORD),
    "three thousand objects": array(3_000, {"type": "object", "properties": {"a": WORD, "b": {"type": "integer"}}}),
    "arrays in an array": array(3_000, array(3_000, {"type": "integer"})),
    "unique numbers": {**array(5_000, {"type": "integer", "minimum": 0, "maximum": 5_001}), "uniqueItems": True},
    "unique objects": {**array(3_000, {"properties": {"a": {"type": "boolean"}}}), "uniqueItems": True},
    "prefix items": {"type": "array", "prefixItems": [WORD] * 20_000},
    "ten million letters": {"type": "string", "minLength": 10**7},
    "many letters": {"type": "string", "minLength": 190_000},
    "many properties": {"type": "object", "minProperties": 10**8},
    "required names": {"required": [f"p{n}" for n in range(20_000)]},
    "wide object": {"properties": {f"k{n}": WORD for n in range(5_000)}, "required": [f"k{n}" for n in range(5_000)]},
    "long pattern": {"type": "string", "pattern": "^a{99999999}$"},
    "pattern of patterns": {"type": "string", "pattern": "^(a{9999}){9999}$"},
    "pattern with choices": {"type": "string", "pattern": "^(a|b|c){20000}$"},
    "pattern that looks ahead": {"type": "string", "pattern": "^(?!.*aa)(?!.*bb)[ab]{4000}$"},
    "pattern without an end": {"type": "string", "pattern": "^(a+)+(?=c)b$"},
    "pattern with a length": {"type": "string", "pattern": "^[a-z]+$", "minLength": 50_000, "maxLength": 50_000},
    "references that double": linked(lambda after: array(2, after), 30, WORD),
    "references that double, optional": linked(lambda after: {"properties": {"a": after, "b": after}}, 30, WORD),
    "choices by choices": {
        "allOf": [{"anyOf": [{"properties": {f"p{i}": {"const": j}}} for j in range(6)]} for i in range(12)]
    },
    "long enum": {"enum": list(range(100_000))},
    "names by a pattern": {"type": "object", "minProperties": 3_000, "propertyNames": {"pattern": "^[a-z]{3}$"}},
}
"""What a default answer is asked for."""
BAD = "^(a+)+$"
NEARLY = "a" * 40 + "b"
MATCHED: Mapping[str, tuple[Any, Any]] = {
    "pattern": ({"properties": {"a": {"pattern": BAD}}}, {"a": NEARLY}),
    "pattern of names": ({"patternProperties": {BAD: {}}}, {NEARLY: 1}),
    "pattern of further names": ({"patternProperties": {BAD: {}}, "additionalProperties": False}, {NEARLY: 1}),
    "pattern of all names": ({"propertyNames": {"pattern": BAD}}, {NEARLY: 1}),
    "pattern of what is evaluated": (
        {"unevaluatedProperties": False, "allOf": [{"patternProperties": {BAD: {}}}]},
        {NEARLY: 1},
    ),
    "pattern of many": ({"properties": {"a": {"items": {"not": {"pattern": BAD}}}}}, {"a": ["a" * 18 + "b"] * 1_000}),
    "all of references that double": (linked(lambda after: {"allOf": [after] * 2}, 30, {}), {}),
    "any of references that double": (linked(lambda after: {"anyOf": [after] * 2}, 30, {"type": "null"}), {}),
    "one of references that double": (linked(lambda after: {"oneOf": [after] * 2}, 30, {"type": "null"}), {}),
    "reference to itself": ({"$ref": "#"}, {}),
    "items that differ": ({"properties": {"a": {"uniqueItems": True}}}, {"a": [{"a": n} for n in range(3_000)]}),
    "long enum of many": (
        {"properties": {"a": {"items": {"not": {"enum": list(range(1_000))}}}}},
        {"a": [-1.5] * 1_000},
    ),
}
"""A schema of a rule, and a value that it is asked about."""
PEM = "-----BEGIN RSA PRIVATE KEY-----\n"
TEXTS: Mapping[str, str] = {
    "hex before an at": "0123456789abcdef" * 15_000 + "@",
    "hex": "0123456789abcdef" * 15_000,
    "private key without an end": PEM + "Proc-Type: 4,ENCRYPTED\n" * 2_000,
    "header lines of a key": PEM + "A: b\nC: d\nE: f\n" * 4,
    "addresses without an end": "a." * 30_000 + "@",
    "slashes": "/" * 60_000,
    "colons": "a:" * 60_000,
    "equals signs": "password=" * 20_000,
    "backslashes": "\\u002d" * 20_000,
    "per cent": "%2D" * 40_000,
    "quotes": '"' * 100_000,
    "braces": '{"a":' * 20_000,
    "base64": "QUJD" * 60_000,
    "data URLs": "data:text/plain;base64,QUJD" * 8_000,
    "nearly tokens": "eyJ" * 40_000,
}
"""What a recorder and a replay look for secrets in."""
