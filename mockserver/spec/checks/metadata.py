"""Metadata: how many pairs there may be, and how long their keys and values."""

from typing import Any

from mockserver.codec import Schema
from mockserver.spec.checks.compiler import Check, Compiler
from mockserver.spec.checks.invalid import Invalid, invalid_type, shortened
from mockserver.spec.request_fields import METADATA_KEY_LENGTH, METADATA_PAIRS, METADATA_VALUE_LENGTH


def metadata_check(compiler: Compiler, _schemas: list[Schema]) -> Check:
    """Make the check of a metadata object."""
    limited = compiler.unchecked.checks("limits")
    typed = compiler.unchecked.checks("types")

    def check(metadata: dict[str, Any]) -> Invalid | None:
        if limited and len(metadata) > METADATA_PAIRS:
            return Invalid("object_above_max_properties", limit=METADATA_PAIRS, got=len(metadata))
        for key, value in metadata.items():
            invalid = _invalid_length(key, value) if limited else None
            if invalid is None and typed and type(value) is not str:
                invalid = invalid_type(value, "a string")
            if invalid is not None:
                return invalid.at(key)
        return None

    return check


def _invalid_length(key: str, value: Any) -> Invalid | None:
    if len(key) > METADATA_KEY_LENGTH:
        name, got = shortened(key), len(key)
        return Invalid(
            "property_name_above_max_length", owner="metadata", name=name, limit=METADATA_KEY_LENGTH, got=got
        )
    if type(value) is str and len(value) > METADATA_VALUE_LENGTH:
        return Invalid("string_above_max_length", limit=METADATA_VALUE_LENGTH, got=len(value))
    return None
