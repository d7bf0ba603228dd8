"""YAML for people to edit: texts of several lines stand as literal blocks, keys keep their order."""

import json
from typing import Any

from mockserver.cassette.layout import READABLE, encodable

WIDTH = 116
NUMBER_STARTS = tuple("-+.0123456789")
INLINE = 88
"""Characters of a mapping that still stands on one line."""


class _Inline(dict[str, Any]):
    """A mapping that stands on one line."""


def yaml_text(value: Any, *, inline_from: int | None = None) -> str:
    """`value` as YAML 1.1, in the order of its keys; lone surrogates, which YAML does not have, become `?`.

    Short mappings stand on one line, if they are at least `inline_from` levels deep.
    """
    import yaml  # noqa: PLC0415 - takes 20 ms to import

    class Dumper(yaml.SafeDumper):
        """Block style, without anchors: what stands twice is written twice."""

        def ignore_aliases(self, _data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
            """Indent lists in mappings too."""
            super().increase_indent(flow, False)  # noqa: FBT003 - as PyYAML has it

    def text_node(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        style = "|" if "\n" in text.strip() else _quotes(text)
        return dumper.represent_scalar("tag:yaml.org,2002:str", encodable(text), style=style)

    def inline_node(dumper: yaml.SafeDumper, mapping: _Inline) -> yaml.MappingNode:
        return dumper.represent_mapping("tag:yaml.org,2002:map", mapping.items(), flow_style=True)

    Dumper.add_representer(str, text_node)
    Dumper.add_representer(_Inline, inline_node)
    value = value if inline_from is None else _inlined(value, inline_from)
    return yaml.dump(value, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=WIDTH)


def _quotes(text: str) -> str | None:
    """The quotes without which parsers differ: `1e5` is a number in YAML 1.2; None where PyYAML may decide."""
    if not READABLE.fullmatch(text):
        return '"'
    return "'" if text.startswith(NUMBER_STARTS) else None


def _inlined(value: Any, levels: int) -> Any:
    """`value` with its short mappings marked, from so many levels below."""
    if isinstance(value, dict):
        if levels <= 0 and _reads_well(value):
            return _Inline(value)
        return {key: _inlined(inner, levels - 1) for key, inner in value.items()}
    return [_inlined(inner, levels - 1) for inner in value] if isinstance(value, list) else value


def _reads_well(value: dict[str, Any]) -> bool:
    """Whether a mapping reads well on one line; one that only names another one does not."""
    text = json.dumps(value, ensure_ascii=False)
    only_names = len(value) == 1 and all(isinstance(inner, dict) for inner in value.values())
    return bool(value) and len(text) <= INLINE and "\\n" not in text and not only_names
