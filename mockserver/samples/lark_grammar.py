"""The grammars that custom tools have in the syntax of Lark.

The library `lark`, an extra, reads them by the grammar that it ships of its own syntax. Its loader of grammars is not
used: it writes terminals and options out, which takes for ever for some grammars of a few lines. What the API does not
take is refused: templates, and imports of anything but `common`. Source: llguidance, parser/src/lark/README.md.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

from mockserver.samples.budget import NoValueError, TooLargeError
from mockserver.samples.grammar import PATH, Grammar, LiteralText, Name, Node, OneOf, Pattern, Repeat, Sequence

Trees: TypeAlias = list[Any]
"""Children of a tree of the library: trees, and tokens, which are strings."""

_LONGEST = 10_000  # characters
_COMMON = "COMMON."  # what the names of the library's definitions begin with; no other name has a dot
_LEAST = {"?": 0, "*": 0, "+": 1}
_DIGITS = 9  # of how often: more are too often anyway
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([ntrf\"\\]))")
_ESCAPED = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", '"': '"', "\\": "\\"}


def lark_grammar(definition: str) -> Grammar:
    """Read a grammar.

    Raises:
        ModuleNotFoundError: the library is not installed.
        NoValueError: the grammar cannot be read.
        TooLargeError: it is too long.
    """
    if len(definition) > _LONGEST:
        raise TooLargeError(PATH, most=_LONGEST, unit="characters of a grammar")
    try:
        return _LarkReader().grammar(_parsed(definition))
    except RecursionError:
        raise NoValueError(f"The grammar at {PATH} is nested too deeply.") from None


@cache
def _common() -> Mapping[str, Node]:
    """The definitions that the library ships, under names that begin with `_COMMON`."""
    from lark import __file__ as library  # noqa: PLC0415 - an extra

    shipped = Path(library).with_name("grammars") / "common.lark"
    return _LarkReader(prefix=_COMMON).grammar(_parsed(shipped.read_text(encoding="utf-8"))).definitions


def _parsed(definition: str) -> Trees:
    """The statements of a grammar."""
    from lark.exceptions import LarkError  # noqa: PLC0415 - an extra

    try:
        return list(_parser().parse(definition).children)
    except LarkError as error:
        reason = str(error).strip().partition("\n")[0]
        raise NoValueError(f"The grammar at {PATH} cannot be read: {reason}") from error


@cache
def _parser() -> Any:
    from lark import Lark  # noqa: PLC0415 - an extra

    return Lark.open_from_package("lark", "lark.lark", ("grammars",), parser="lalr", maybe_placeholders=False)


class _LarkReader:
    """Reads the trees of one text."""

    def __init__(self, *, prefix: str = "") -> None:
        self._prefix = prefix
        self._definitions: dict[str, Node] = {}
        self._ignored: list[Node] = []

    def grammar(self, statements: Trees) -> Grammar:
        for statement in statements:
            self._read(_STATEMENTS, statement)
        return Grammar(self._definitions, ignored=tuple(self._ignored))

    def _read(self, table: Mapping[str, Callable[["_LarkReader", Trees], Any]], tree: Any) -> Any:
        if tree.data not in table:
            raise NoValueError(f"The grammar at {PATH} has {tree.data!s}, which the API does not take.")
        return table[tree.data](self, tree.children)

    def _node(self, tree: Any) -> Node:
        found: Node = self._read(_NODES, tree)
        return found

    def _nodes(self, trees: Trees) -> tuple[Node, ...]:
        return tuple(map(self._node, trees))

    def define(self, parts: Trees) -> None:
        """`name: expansions`, with parameters and a priority between the two."""
        if parts[1].children:
            raise NoValueError(f"The grammar at {PATH} has the template {parts[0]!s}, which the API does not take.")
        self._definitions[self._prefix + parts[0].lstrip("!?")] = self._node(parts[-1])

    def ignore(self, parts: Trees) -> None:
        self._ignored += self._nodes(parts)

    def import_one(self, parts: Trees) -> None:
        """`%import common.NAME`, perhaps with another name for it."""
        path = _path(parts[0])
        self._import(path, known_as=parts[1].children[0] if len(parts) > 1 else path.rpartition(".")[2])

    def import_several(self, parts: Trees) -> None:
        """`%import common (NAME, …)`."""
        for tree in parts[1].children:
            self._import(f"{_path(parts[0])}.{tree.children[0]}", known_as=tree.children[0])

    def _import(self, path: str, *, known_as: str) -> None:
        library, _, name = path.partition(".")
        if library != "common" or _COMMON + name not in _common():
            raise NoValueError(f"The grammar at {PATH} imports {path}; only the terminals of `common` can be imported.")
        self._definitions |= {**_common(), str(known_as): Name(_COMMON + name)}

    def choice(self, parts: Trees) -> Node:
        return OneOf(self._nodes(parts))

    def alias(self, parts: Trees) -> Node:
        return self._node(parts[0])

    def sequence(self, parts: Trees) -> Node:
        return Sequence(self._nodes(parts))

    def repeat(self, parts: Trees) -> Node:
        """A part with `?`, `*`, `+`, or with `~` and how often."""
        often = str(parts[1])
        least = _LEAST[often] if often in _LEAST else int(often[:_DIGITS])
        return Repeat(self._node(parts[0]), least)

    def maybe(self, parts: Trees) -> Node:
        return Repeat(Sequence(self._nodes(parts)), 0)

    def name(self, parts: Trees) -> Node:
        return Name(self._prefix + parts[0])

    def literal(self, parts: Trees) -> Node:
        (token,) = parts
        if token.type == "STRING":
            return LiteralText(_unquoted(token))
        pattern, _, flags = token[1:].rpartition("/")
        return Pattern(pattern, flags)

    def span(self, parts: Trees) -> Node:
        """`"a".."z"`."""
        first, last = (re.escape(_unquoted(token)) for token in parts)
        return Pattern(f"[{first}-{last}]")


def _path(tree: Any) -> str:
    return "".join(str(part if isinstance(part, str) else part.children[0]) for part in tree.children)


def _unquoted(token: str) -> str:
    """What a quoted string stands for; whether its case matters does not matter here."""
    return _ESCAPE.sub(_unescaped, token[1 : token.rindex('"')])


def _unescaped(found: re.Match[str]) -> str:
    code, letter = found[1] or found[2], found[3]
    return chr(int(code, 16)) if code else _ESCAPED[letter]


_STATEMENTS: Mapping[str, Callable[[_LarkReader, Trees], None]] = {
    "rule": _LarkReader.define,
    "token": _LarkReader.define,
    "ignore": _LarkReader.ignore,
    "import": _LarkReader.import_one,
    "multi_import": _LarkReader.import_several,
}
_NODES: Mapping[str, Callable[[_LarkReader, Trees], Node]] = {
    "expansions": _LarkReader.choice,
    "alias": _LarkReader.alias,
    "expansion": _LarkReader.sequence,
    "expr": _LarkReader.repeat,
    "maybe": _LarkReader.maybe,
    "name": _LarkReader.name,
    "literal": _LarkReader.literal,
    "literal_range": _LarkReader.span,
}
