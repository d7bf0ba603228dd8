"""Print what a newer ``openai`` package adds to the contract, as a table of the rows to write.

``python tests/spec/sdk_changes.py`` downloads the newest version into a temporary folder and compares its types with
``mockserver/spec/contract.json``; ``--version`` names another one. Nothing is changed; the recipe "Update the SDK" in
CONTRIBUTING.md says what comes next.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

Schema = Mapping[str, Any]

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parents[1] / "mockserver" / "spec" / "contract.json"

ITEM_TABLES = ("input_items", "output_items", "stored_items", "conversation_items")
ROWS = {
    "parameter": "`BODY_ORDER` in spec/request_fields.py; `finish` in model/finish.py if the response repeats it",
    "value": "`FIELDS` in spec/request_fields.py if its row lists values",
    "model": "`MODEL_FAMILIES` in spec/models.py unless a pattern fits",
    "branch": "of a tool: `TOOL_ECHO` in spec/echo.py, and `HOSTED_TOOLS` in default/tool_choice.py",
    "item": "`ITEM_TYPES` in spec/item_types.py",
    "item field": "`keys` of its row in spec/item_types.py if the server sends it",
    "event": "a step of its item in spec/item_types.py, or `LIFE` in events/life.py",
    "event field": "its step in spec/event_steps.py if the server sends it",
    "object field": "`finish` in model/finish.py, or where the object is made",
}
"""Where each kind of change is written."""


class Change(NamedTuple):
    """One thing that a newer package has."""

    kind: str
    name: str

    @property
    def row(self) -> str:
        """Where it is to be written."""
        return ROWS[self.kind]


def changes(old: Schema, new: Schema) -> list[Change]:
    """What the new contract has and the old one lacks, without what stands inside of something that is new itself."""
    known, added = dict(places(old)), dict(places(new))
    found: list[str] = []
    for place in added:
        if place not in known and not any(
            place.startswith(tuple(f"{each}{mark}" for mark in ".=:[")) for each in found
        ):
            found.append(place)
    return list(dict.fromkeys(Change(added[place], _short(place, added[place])) for place in found))


def _short(place: str, kind: str) -> str:
    """A model's name; of anything else the place without its table, as what several tables have is one change."""
    return place.rpartition("=")[2] if kind == "model" else place.partition(":")[2]


def places(contract: Schema) -> Iterator[tuple[str, str]]:
    """Every place of a contract with its kind: `requests:responses.create.service_tier=flex` is a `value`."""
    members = Places(contract["$defs"], items=frozenset(name for table in ITEM_TABLES for name in contract[table]))
    for table in ("requests", "queries"):
        for name, schema in contract[table].items():
            yield from members.of(schema, f"{table}:{name}", kind="parameter")
    for table in ITEM_TABLES:
        for name, schema in contract[table].items():
            yield f"{table}:{name}", "item"
            yield from members.of(schema, f"{table}:{name}", kind="item field")
    for name, schema in contract["events"].items():
        yield f"events:{name}", "event"
        yield from members.of(schema, f"events:{name}", kind="event field", depth=1)
    for name, schema in contract["objects"].items():
        yield from members.of(schema, f"objects:{name}", kind="object field")


class Places(NamedTuple):
    """Finds the fields and values of schemas; items that stand in something else have places of their own."""

    defs: Schema
    items: frozenset[str]

    def of(
        self, schema: Schema, place: str, *, kind: str, depth: int = 6, nested: bool = False
    ) -> Iterator[tuple[str, str]]:
        """The places in a schema. A branch of a nested union goes by its `type`, branches that have none are one."""
        for branch in _branches(schema, self.defs):
            values = [branch["const"]] if "const" in branch else branch.get("enum", ())
            yield from ((f"{place}={value}", "model" if place.endswith(".model") else "value") for value in values)
            if "items" in branch:
                yield from self.of(branch["items"], f"{place}[]", kind=kind, depth=depth, nested=True)
            properties = branch.get("properties", {})
            types = [each.get("const") for each in _branches(properties.get("type", {}), self.defs)]
            if nested and types[0] in self.items:
                continue
            inside = f"{place}:{types[0]}" if nested and types[0] else place
            if inside != place:
                yield inside, "branch"
            for key, member in properties.items() if depth else ():
                yield f"{inside}.{key}", kind
                yield from self.of(member, f"{inside}.{key}", kind=kind, depth=depth - 1, nested=True)


def _branches(schema: Schema, defs: Schema) -> Iterator[Schema]:
    if "$ref" in schema:
        yield from _branches(defs[schema["$ref"].rpartition("/")[2]], defs)
    elif "anyOf" in schema:
        for each in schema["anyOf"]:
            yield from _branches(each, defs)
    else:
        yield schema


def table(found: list[Change], *, source: str) -> str:
    """The changes as a Markdown table; a sentence where there are none."""
    if not found:
        return f"{source} adds nothing to the contract.\n"
    lines = [f"| {source} adds | kind | row to write |", "|---|---|---|"]
    lines += [f"| `{change.name}` | {change.kind} | {change.row} |" for change in found]
    return "\n".join(lines) + "\n"


def contract_of(version: str) -> Schema:
    """The contract of a version of the package, which is downloaded into a folder that goes afterwards.

    Raises: subprocess.CalledProcessError where pip cannot find it, or its types have no contract.
    """
    wanted = f"openai=={version}" if version else "openai"
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--upgrade", "--target", folder]
        subprocess.run([sys.executable, "-m", "pip", "install", *options, wanted], check=True)
        printed = subprocess.run(
            [sys.executable, str(HERE / "make_contract.py"), "--print"],
            check=True,
            capture_output=True,
            env={**os.environ, "PYTHONPATH": folder},
        )
    made: Schema = json.loads(printed.stdout)
    return made


def main(arguments: list[str] | None = None) -> int:
    """Print the table; the exit code is 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--version", default="", help="the version to compare with; the newest if omitted")
    parser.add_argument("--contract", type=Path, help="a contract to compare with, instead of downloading a package")
    options = parser.parse_args(arguments)
    committed = json.loads(CONTRACT.read_text(encoding="utf-8"))
    given = options.contract
    newer = json.loads(given.read_text(encoding="utf-8")) if given else contract_of(options.version)
    sys.stdout.write(table(changes(committed, newer), source=newer["source"]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
