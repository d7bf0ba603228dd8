"""Structured output of which a script states some values, and the schema of the request makes the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mockserver import samples
from mockserver.errors import ScriptError
from mockserver.ids import Draws, fingerprint
from mockserver.model.build import json_message
from mockserver.model.plan import Item
from mockserver.model.request import CreateRequest
from mockserver.script.matchers import json_schema


@dataclass(frozen=True, slots=True)
class FilledOutput:
    """A message whose text is JSON that the schema of a request allows, with these values in it."""

    value: Mapping[str, Any]

    def fill(self, request: CreateRequest) -> Item:
        """The message for a request; the same for the same one, streamed or not.

        Raises: ScriptError for a request without a schema, or with one that does not allow these values.
        """
        wanted = request.text_format
        if wanted.get("type") != "json_schema":
            raise ScriptError(
                "'fill' needs a request for structured output, whose text.format is of type json_schema; this one is "
                f"of type {wanted.get('type', 'text')}. Use 'json' to state the whole value."
            )
        schema = wanted["schema"]
        narrowed = {**schema, "allOf": [*schema.get("allOf", ()), _with(self.value)]}
        try:
            made = samples.value_for(narrowed, Draws(fingerprint(request.content)), text=request.user_text)
        except ScriptError as error:
            raise ScriptError(f"The schema of the request does not allow what 'fill' states. {error}") from error
        fits = json_schema(narrowed)
        if not fits.matches(made):
            why = fits.why(made) if fits.why else ""
            raise ScriptError(f"The schema of the request does not allow what 'fill' states. {why}")
        return json_message(made)


def _with(value: Any) -> Mapping[str, Any]:
    """A schema of all values that have this one in them: its members, whatever else an object has."""
    if isinstance(value, Mapping):
        members = {key: _with(member) for key, member in value.items()}
        return {"type": "object", "properties": members, "required": list(members)}
    if isinstance(value, list | tuple):
        entries = {"prefixItems": [_with(one) for one in value]} if value else {}
        return {"type": "array", **entries, "minItems": len(value), "maxItems": len(value)}
    return {"const": value}
