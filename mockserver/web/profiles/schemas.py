"""Schemas of OpenAPI documents as JSON Schemas, with what their authors must have meant where they slipped.

OpenAPI 3.0 has its own words for null and for exclusive limits; 3.1 has those of JSON Schema, though documents of 3.1
often use the older ones. Whatever is read otherwise than it is written is listed.
"""

import re
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from mockserver.authoring.json_path import ABSENT
from mockserver.codec import Schema
from mockserver.spec.contract import REF

T = TypeVar("T")

ANYTHING: Final[Schema] = {}
"""How references to definitions begin."""
_TYPES: Final = frozenset({"string", "integer", "number", "boolean", "object", "array", "null"})
_MEANT: Final[Mapping[str, str]] = {
    "str": "string",
    "text": "string",
    "file": "string",
    "int": "integer",
    "long": "integer",
    "float": "number",
    "double": "number",
    "decimal": "number",
    "bool": "boolean",
    "dict": "object",
    "map": "object",
    "list": "array",
    "none": "null",
}
"""Names of types that JSON Schema does not have."""
_ONE: Final = frozenset({"items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"})
_SEVERAL: Final = frozenset({"anyOf", "oneOf", "allOf", "prefixItems"})
_NAMED: Final = frozenset({"properties", "patternProperties", "$defs", "definitions"})
_LIMITS: Final[Mapping[str, str]] = {"exclusiveMinimum": "minimum", "exclusiveMaximum": "maximum"}
_KEPT: Final = frozenset(
    {
        *("$ref", "type", "enum", "const", "required", "pattern", "multipleOf", "uniqueItems", "dependentRequired"),
        *("minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
        *_ONE,
        *_SEVERAL,
        *_NAMED,
        *_LIMITS,
    }
)
"""The keywords that say what a value is; the others describe it, or are about something else."""


class SchemaReader:
    """Reads the schemas of one document, and those that they refer to.

    `definitions` are what was referred to, by name; `slips` what was read otherwise than it is written.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document
        self.definitions: dict[str, Any] = {}
        self.slips: list[str] = []

    def root(self, written: Any, at: str) -> Schema:
        """A schema that stands for itself: it holds whatever it refers to."""
        return {"allOf": [self.schema(written, at)], "$defs": self.definitions}

    def schema(self, written: Any, at: str) -> Any:
        """One schema as JSON Schema."""
        if isinstance(written, bool):
            return written
        if not isinstance(written, dict):
            return self._slip(at, f"is {type(written).__name__}, expected a schema", ANYTHING)
        read = {key: value for key, value in written.items() if key in _KEPT}
        self._read_inner(read, at)
        for step in (self._reference, self._type, self._required, self._limits, self._pattern, self._enum):
            step(read, at)
        if "oneOf" in read:  # a union: values often fit several branches
            read["anyOf"] = [*read.get("anyOf", ()), *read.pop("oneOf")]
        return self._nullable(read, at) if written.get("nullable") is True else read

    def _read_inner(self, read: Schema, at: str) -> None:
        """Read the schemas in a schema."""
        for key in list(read):
            if key in _ONE:
                read[key] = self._inner(key, read[key], f"{at}/{key}")
            elif key in _SEVERAL:
                read[key] = self._several(read[key], f"{at}/{key}")
            elif key in _NAMED:
                read[key] = self._named(read, key, f"{at}/{key}")

    def _slip(self, at: str, what: str, meant: T) -> T:
        self.slips.append(f"{at}: {what}.")
        return meant

    def _inner(self, key: str, written: Any, at: str) -> Any:
        if key == "items" and isinstance(written, list):
            return self._slip(at, "is a list of schemas; read as a union", {"anyOf": self._several(written, at)})
        if key == "additionalProperties" and isinstance(written, str):
            return self._slip(at, f"is the text '{written}'", written.lower() != "false")
        return self.schema(written, at)

    def _several(self, written: Any, at: str) -> list[Any]:
        if not isinstance(written, list) or not written:
            return [self._slip(at, "is not a list of schemas; anything passes", ANYTHING)]
        return [self.schema(one, f"{at}/{number}") for number, one in enumerate(written)]

    def _named(self, read: Schema, key: str, at: str) -> Schema:
        written = read[key]
        if not isinstance(written, dict):
            return self._slip(at, "is not a mapping of schemas; anything passes", {})
        for name, one in written.items():
            if key == "properties" and isinstance(one, dict) and isinstance(one.get("required"), bool):
                self._slip(f"{at}/{name}", "says `required` itself; read as its owner's", None)
                known = read.get("required")
                if one["required"]:
                    read["required"] = [*(known if isinstance(known, list) else ()), name]
        return {name: self.schema(one, f"{at}/{name}") for name, one in written.items()}

    def _reference(self, read: Schema, at: str) -> None:
        reference = read.get("$ref")
        if reference is None:
            return
        target = pointed(self._document, reference)
        if target is ABSENT:
            self._slip(at, f"refers to '{reference}', which is not in the document; anything passes", None)
            del read["$ref"]
            return
        name = reference.removeprefix("#/").replace("/", ".")
        if name not in self.definitions:
            self.definitions[name] = ANYTHING  # meanwhile, for schemas that lead back here
            self.definitions[name] = self.schema(target, reference)
        read["$ref"] = REF + name

    def _type(self, read: Schema, at: str) -> None:
        if "type" not in read:
            return
        written = read["type"]
        names = written if isinstance(written, list) else [written]
        known = [self._type_name(name, at) for name in names]
        if None in known or not known:
            del read["type"]
        else:
            read["type"] = known if isinstance(written, list) else known[0]

    def _type_name(self, written: Any, at: str) -> str | None:
        if written is None:
            return "null"
        if written in _TYPES:
            return str(written)
        meant = _MEANT.get(str(written).lower(), str(written).lower() if str(written).lower() in _TYPES else None)
        read_as = f"read as {meant}" if meant else "anything passes"
        return self._slip(f"{at}/type", f"is '{written}', which is not a type; {read_as}", meant)

    def _required(self, read: Schema, at: str) -> None:
        written = read.get("required")
        if written is None or (isinstance(written, list) and all(isinstance(name, str) for name in written)):
            return
        if not isinstance(written, bool):  # a property's own was taken over by its owner
            self._slip(f"{at}/required", "is not a list of names; nothing is required", None)
        del read["required"]

    def _limits(self, read: Schema, _at: str) -> None:
        for key, limit in _LIMITS.items():  # in 3.0 a flag for the limit
            if isinstance(read.get(key), bool) and read.pop(key) and limit in read:
                read[key] = read.pop(limit)

    def _pattern(self, read: Schema, at: str) -> None:
        pattern = read.get("pattern")
        if pattern is None:
            return
        try:
            re.compile(pattern)
        except (re.error, TypeError) as error:
            self._slip(f"{at}/pattern", f"cannot be read ({error}); any text passes", None)
            del read["pattern"]

    def _enum(self, read: Schema, at: str) -> None:
        if "enum" in read and not isinstance(read["enum"], list):
            self._slip(f"{at}/enum", "is not a list; read as its only value", None)
            read["enum"] = [read["enum"]]

    def _nullable(self, read: Schema, at: str) -> Schema:
        """A schema that takes null besides, as OpenAPI 3.0 says it."""
        if not str(self._document.get("openapi", "")).startswith("3.0"):
            self._slip(at, "says `nullable`, a word of OpenAPI 3.0; read as there", None)
        return _with_null(read)


def _with_null(schema: Schema) -> Schema:
    if "enum" in schema and None not in schema["enum"]:
        schema = {**schema, "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return schema if not schema or "type" in schema else {"anyOf": [schema, {"type": "null"}]}


def pointed(document: Any, reference: Any) -> Any:
    """What a reference leads to in its document; `ABSENT` where it leads nowhere, or into another document."""
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return ABSENT
    here = document
    for step in reference.removeprefix("#/").split("/"):
        key = step.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
        here = here.get(key, ABSENT) if isinstance(here, dict) else ABSENT
    return here
