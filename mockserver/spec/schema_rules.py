"""What JSON Schemas may say on the wire, and what it says of those that it does not take.

Sources: M = recorded by Mirascope/mirascope; L = limits measured with gpt-5.6-luna, 2026 (public tests that quote the
bodies); the others are issues and public notes that quote the errors. A `context` is the path to the place.
"""

from collections.abc import Mapping
from typing import Final

# What follows `Invalid schema for function 'f': ` or `Invalid schema for response_format 'f': `.
SCHEMA_REASONS: Final[Mapping[str, str]] = {
    "not_an_object": "schema must be a JSON Schema of 'type: \"object\"', got 'type: \"{type}\"'.",
    "combined_root": (  # vercel/ai#7924; of strict functions and of others
        "schema must have type 'object' and not have 'oneOf'/'anyOf'/'allOf'/'enum'/'not' at the top level."
    ),
    "another_type": "{value!r} is not of type {types}.",  # FoundationAgents/OpenManus#1162, and others
    "unknown_type": "{value!r} is not valid under any of the given schemas.",  # public notes that quote it
    "properties_missing": (  # containers/kubernetes-mcp-server#717, and others; of a function's root alone
        "In context={context}, object schema missing properties."
    ),
    "open_object": "In context={context}, 'additionalProperties' is required to be supplied and to be false.",
    "key_not_required": (  # M
        "In context={context}, 'required' is required to be supplied and to be an array including every key in"
        " properties. Missing '{key}'."
    ),
    "key_required": (
        "In context={context}, 'required' is required to be supplied and to be an array including every key in"
        " properties. Extra required key '{key}' supplied."
    ),
    "forbidden_keyword": "In context={context}, '{keyword}' is not permitted.",
    "no_type": "In context={context}, schema must have a 'type' key.",
    "items_missing": "In context={context}, array schema missing items.",  # of strict functions and of others
    "ref_with_siblings": "context={context}, $ref cannot have keywords {{{siblings}}}.",
    "ref_to_nothing": "In context={context}, reference to component '{reference}' which was not found in the schema.",
    "enum_of_another_type": "context={context}, enum value {value} does not validate against {schema}.",
    "unknown_format": "In context={context}, '{format}' is not a valid format.",  # its context is our choice
    "too_deep": "{levels} levels of nesting exceeds limit of {limit}.",  # L
    "too_many_properties": "{count} parameters exceeds limit of {limit}.",  # L
}

FORBIDDEN_KEYWORDS: Final = frozenset(
    {
        *("allOf", "contains", "default", "if", "oneOf", "propertyNames", "uniqueItems"),  # errors that quote them
        *("dependentRequired", "dependentSchemas", "else", "then"),  # documented beside `if`
    }
)
FORBIDDEN_ROOT_KEYWORDS: Final = ("oneOf", "anyOf", "allOf", "enum", "not")

# Documented, as in the guide to structured outputs; errors quote `uri` and `phone`.
FORMATS: Final = frozenset({"date-time", "time", "date", "duration", "email", "hostname", "ipv4", "ipv6", "uuid"})

MOST_LEVELS: Final = 10  # L; that only objects count is our choice
MOST_PROPERTIES: Final = 5000  # L

KEYWORD_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys(("properties", "patternProperties", "$defs", "definitions"), ("object",)),
    **dict.fromkeys(("required", "enum", "anyOf", "allOf", "oneOf"), ("array",)),
    **dict.fromkeys(("additionalProperties", "not"), ("object", "boolean")),
    "items": ("object", "boolean", "array"),  # an array until draft 2019-09
    **dict.fromkeys(("title", "description", "$ref", "pattern", "format"), ("string",)),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), ("number",)),
    **dict.fromkeys(("minLength", "maxLength", "minItems", "maxItems"), ("integer",)),
    **dict.fromkeys(("minProperties", "maxProperties"), ("integer",)),
}
"""Which types of values keywords have, by the specification of JSON Schema; errors name them in this order."""
SCHEMAS_BY_NAME: Final = ("properties", "patternProperties", "$defs", "definitions")
"""Keywords whose values are schemas by name."""
SCHEMAS_IN_ORDER: Final = ("anyOf", "allOf", "oneOf")
"""Keywords whose values are arrays of schemas."""
INNER_SCHEMA: Final = ("items", "additionalProperties", "not")
"""Keywords whose values are schemas."""

JSON_TYPES: Final[Mapping[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
    "object": (dict,),
    "array": (list,),
}
"""The types of the JSON values that a schema's `type` allows."""
