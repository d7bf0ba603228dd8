"""The OpenAPI document of a provider: what requests, replies and events it describes, and how it refuses a request."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from mockserver.authoring import yaml_source
from mockserver.authoring.yaml_source import YamlSource
from mockserver.cassette.sse import read_stream
from mockserver.codec import Schema, dumps
from mockserver.errors import SettingsError
from mockserver.spec.checks.invalid import MISSING, WANTED_TYPES, Invalid, invalid_type, invalid_value
from mockserver.spec.contract import REF
from mockserver.web.profiles.schemas import SchemaReader, pointed

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

_FENCED: Final = re.compile(r"^(?P<fence>`{3,}|~{3,})[^\n]*\n(?P<text>.*?)^(?P=fence)", re.MULTILINE | re.DOTALL)
"""What stands between two fences in a page of Markdown."""
_OPENAPI: Final = re.compile(r"^[{\s]*[\"']?openapi[\"']?\s*:", re.MULTILINE)
_LONGEST: Final = 160
INNER: Final = "response."


class Example(NamedTuple):
    """An example in the document."""

    name: str
    value: Any


class DocumentViolation(NamedTuple):
    """What a document objects to in a value."""

    where: str
    """As in `input[*].content[*].type`, whichever elements of lists it is about."""
    keyword: str
    """Of JSON Schema."""
    message: str


class DocumentedBody(NamedTuple):
    """A kind of body that a document describes."""

    name: str
    place: str
    media: str


SchemaRule: TypeAlias = tuple[DocumentedBody, str, str]
"""A rule of a schema: the body, the place in it, and the keyword."""

REQUEST: Final = DocumentedBody("request", "requestBody", "json")
REPLY: Final = DocumentedBody("reply", "responses/200", "json")
EVENT: Final = DocumentedBody("event", "responses/200", "event-stream")


class OpenApiDocument:
    """What a document says of `POST …/responses`.

    Raises: SettingsError where it cannot be read, or describes no such request.
    """

    REQUEST, REPLY, EVENT = REQUEST, REPLY, EVENT

    def __init__(self, path: Path) -> None:
        self.path = path
        source = _source(path)
        document = source.value if isinstance(source.value, dict) else {}
        self._document = document
        self._reader = SchemaReader(document)
        self._operation, self._at = self._find(source)
        schemas = {body: self._schema(body) for body in (REQUEST, REPLY, EVENT)}
        self.schemas = {body: schema for body, schema in schemas.items() if schema is not None}
        """Those that the document has."""
        self._slips = [*map(str, source.problems), *self._reader.slips]

    @property
    def slips(self) -> Sequence[str]:
        """What was read otherwise than it is written, and what its examples show otherwise than its schemas say."""
        slips = (slip for _, slip in self._slips_of_examples)
        return [*self._slips, *slips]

    def _find(self, source: YamlSource) -> tuple[Mapping[str, Any], str]:
        """The operation, and where it stands."""
        paths = self._document.get("paths")
        for path, methods in paths.items() if isinstance(paths, dict) else ():
            operation = methods.get("post") if isinstance(methods, dict) else None
            if path.rstrip("/").endswith("/responses") and isinstance(operation, dict):
                return operation, f"#/paths/{path.replace('/', '~1')}/post"
        reasons = "".join(f"\n{problem}" for problem in source.problems[:3])
        raise SettingsError(
            f"{self.path} has no 'POST …/responses'; expected an OpenAPI document that describes it, as YAML, as JSON "
            f"or in a page of Markdown.{reasons}"
        )

    def _media(self, body: DocumentedBody) -> tuple[Mapping[str, Any], str]:
        """What is said of a body, and where."""
        found: Any = self._operation
        for step in (*body.place.split("/"), "content"):
            found = found.get(step) if isinstance(found, dict) else None
            if isinstance(found, dict) and "$ref" in found:
                found = pointed(self._document, found["$ref"])
        content: Mapping[str, Any] = found if isinstance(found, dict) else {}
        media = next((name for name in content if body.media in name), "")
        said = content.get(media)
        return (said if isinstance(said, dict) else {}), f"{self._at}/{body.place}/content/{media.replace('/', '~1')}"

    def _schema(self, body: DocumentedBody) -> Schema | None:
        said, at = self._media(body)
        return self._reader.root(said["schema"], f"{at}/schema") if "schema" in said else None

    def examples(self, body: DocumentedBody) -> Iterator[Example]:
        """The examples of a body; of streams, each event."""
        for example in self._written_examples(body):
            if body is EVENT:
                events, _ = read_stream(str(example.value).replace("data:\n", "data:"))
                yield from (Example(f"{example.name}, {event['type']}", event) for event in events)
            else:
                yield example

    def _written_examples(self, body: DocumentedBody) -> Iterator[Example]:
        said, _ = self._media(body)
        if "example" in said:
            yield Example("example", said["example"])
        several = said.get("examples")
        for name, example in several.items() if isinstance(several, dict) else ():
            target = pointed(self._document, example["$ref"]) if "$ref" in example else example
            if isinstance(target, dict) and "value" in target:
                yield Example(str(name), target["value"])

    def describes(self, kind: str, body: DocumentedBody) -> bool:
        """Whether the schema of a body leaves open that it has this `type`."""
        return may_be(self.schemas.get(body, True), kind, self._reader.definitions)

    def violations(self, value: Any, body: DocumentedBody) -> list[DocumentViolation]:
        """What the document objects to in a body; rules that its own examples break are passed over."""
        return [one for one in self._violations(value, body) if (body, one.where, one.keyword) not in self._broken]

    def _violations(self, value: Any, body: DocumentedBody) -> list[DocumentViolation]:
        return [_violation(error) for error in self._errors(value, body)]

    def _errors(self, value: Any, body: DocumentedBody) -> "Iterator[ValidationError]":
        if body in self.schemas:
            yield from _all_meant(self._validator(self.schemas[body]).iter_errors(value))

    @cached_property
    def _slips_of_examples(self) -> Sequence[tuple[SchemaRule | None, str]]:
        """The rules that the document's own examples break, each with a sentence."""
        return [
            slip for body in self.schemas for example in self.examples(body) for slip in self._slips_of(example, body)
        ]

    def _slips_of(self, example: Example, body: DocumentedBody) -> Iterator[tuple[SchemaRule | None, str]]:
        kind = example.value.get("type") if isinstance(example.value, dict) else None
        if body is EVENT and not self.describes(str(kind), EVENT):
            yield None, f"the event of example {example.name} is none that its schema has"
            return
        for where, keyword, message in self._violations(example.value, body):
            sentence = (
                f"the {body.name} of example {example.name} breaks its own schema at {where or 'its top'}: {message}"
            )
            yield (body, where, keyword), sentence

    @cached_property
    def _broken(self) -> frozenset[SchemaRule]:
        """The rules that its examples break: what they show is taken for what the provider does.

        What holds for the response of an event holds for one by itself.
        """
        rules = [rule for rule, _ in self._slips_of_examples if rule is not None]
        inner = [(REPLY, where.removeprefix(INNER), word) for _, where, word in rules if where.startswith(INNER)]
        return frozenset([*rules, *inner])

    def check(self, body: Any) -> None:
        """Check a request. Raises: ApiError 400, the first thing that the document objects to."""
        errors = (error for error in self._errors(body, REQUEST) if self._is_meant(_violation(error)))
        error = min(errors, key=_place, default=None)
        if error is not None:
            raise _invalid(error).error

    def _is_meant(self, violation: DocumentViolation) -> bool:
        return (REQUEST, violation.where, violation.keyword) not in self._broken

    @cached_property
    def _validator(self) -> Any:
        return _validator_class(self._reader.definitions)


def _source(path: Path) -> YamlSource:
    """The document in a file; in a page of Markdown, its lines are those of the page."""
    if path.suffix.lower() not in {".md", ".mdx", ".markdown"}:
        return yaml_source.load(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.") from error
    fenced = next((found for found in _FENCED.finditer(text) if _OPENAPI.search(found["text"])), None)
    if fenced is None:
        raise SettingsError(f"{path} holds no OpenAPI document; expected one between two lines of ```.")
    lines = text.count("\n", 0, fenced.start("text"))
    return yaml_source.read_yaml("\n" * lines + fenced["text"], file=str(path))


def _validator_class(definitions: Mapping[str, Any]) -> Any:
    """A validator that tries of a union only the branches that a value's `type` leaves open, which saves most."""
    from jsonschema import Draft202012Validator, validators  # noqa: PLC0415 - slow to import, seldom used

    any_of = Draft202012Validator.VALIDATORS["anyOf"]

    def of_type(validator: Any, union: list[Any], instance: Any, schema: Schema) -> "Iterable[ValidationError]":
        kind = instance.get("type") if isinstance(instance, dict) else None
        meant = [branch for branch in union if may_be(branch, kind, definitions)] if isinstance(kind, str) else union
        return any_of(validator, meant or union, instance, schema) or ()

    return validators.extend(Draft202012Validator, {"anyOf": of_type})  # type: ignore[no-untyped-call]


def may_be(schema: Any, kind: str, definitions: Mapping[str, Any]) -> bool:
    """Whether a schema leaves open that an object has this `type`."""
    if not isinstance(schema, dict):
        return bool(schema)
    if "$ref" in schema and not may_be(definitions[schema["$ref"].removeprefix(REF)], kind, definitions):
        return False
    stated = (schema.get("properties") or {}).get("type")
    if isinstance(stated, dict) and kind not in stated.get("enum", [stated.get("const", kind)]):
        return False
    union = schema.get("anyOf")
    return (union is None or any(may_be(one, kind, definitions) for one in union)) and all(
        may_be(one, kind, definitions) for one in schema.get("allOf", ())
    )


def _place(error: "ValidationError") -> tuple[int, str]:
    """Errors about what is missing come before those about what is there, as OpenAI's do."""
    return error.validator != "required", ".".join(map(str, error.absolute_path))


def _all_meant(errors: "Iterable[ValidationError]") -> "Iterator[ValidationError]":
    """The errors; of a union those of the branch that is meant: of the value's `type`, else the one that fits best."""
    for error in errors:
        branches: dict[Any, list[ValidationError]] = {}
        for inner in error.context or ():
            branches.setdefault(inner.relative_schema_path[0], []).append(inner)
        if branches:
            yield from _all_meant(min(branches.values(), key=_distance))
        else:
            yield error


def _distance(branch: "Iterable[ValidationError]") -> tuple[bool, bool, int]:
    """How far a value is from a branch of a union."""
    errors = list(branch)
    other_kind = any(error.validator == "type" and not error.relative_path for error in errors)
    other_type = any(list(error.relative_path)[-1:] == ["type"] for error in errors)
    return other_kind, other_type, len(errors)


def _violation(error: "ValidationError") -> DocumentViolation:
    missing = [_missing_name(error)] if error.validator == "required" else []
    return DocumentViolation(generalised([*error.absolute_path, *missing]), str(error.validator), _short(error.message))


def generalised(path: Iterable[str | int]) -> str:
    """A place, whichever element of a list it is in."""
    return "".join("[*]" if isinstance(step, int) else f".{step}" for step in path).removeprefix(".")


def _short(message: str) -> str:
    return message if len(message) <= _LONGEST else f"{message[: _LONGEST // 2]} … {message[-_LONGEST // 2 :]}"


def _invalid(error: "ValidationError") -> Invalid:
    """An error in the words of OpenAI's where it has some, else in those of the validator."""
    explain = _EXPLANATIONS.get(str(error.validator))
    invalid = (explain and explain(error)) or Invalid("against_the_document", reason=_short(error.message))
    return invalid.at(*error.absolute_path)


def _missing_name(error: Any) -> str:
    """The key that an error is about: each is reported by an error of its own."""
    return next((name for name in error.validator_value if f"'{name}'" in error.message), "")


def _missing(error: Any) -> Invalid:
    return Invalid(MISSING).at(_missing_name(error))


def _unknown(error: Any) -> Invalid | None:
    known = error.schema.get("properties", {})
    name = next((name for name in error.instance if name not in known), None)
    return None if name is None else Invalid("unknown_parameter").at(name)


def _other_value(error: Any) -> Invalid | None:
    values = error.validator_value if error.validator == "enum" else [error.validator_value]
    if not isinstance(error.instance, str):
        return None
    return invalid_value(
        error.instance, [value if isinstance(value, str) else dumps(value).decode() for value in values]
    )


def _other_type(error: Any) -> Invalid:
    names = error.validator_value if isinstance(error.validator_value, list) else [error.validator_value]
    return invalid_type(error.instance, " or ".join(WANTED_TYPES[name] for name in names))


_EXPLANATIONS: Final[Mapping[str, Callable[[Any], Invalid | None]]] = {
    "required": _missing,
    "additionalProperties": _unknown,
    "enum": _other_value,
    "const": _other_value,
    "type": _other_type,
}
