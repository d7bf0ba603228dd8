"""Retired words: idioms of this project that readers from the field stop at, each with what is said instead."""

import ast
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout, suppress
from functools import cache
from pathlib import Path

import pytest

from mockserver.cli import COMMANDS, main

ROOT = Path(__file__).parents[1]
HELP = "help output"
TEXTS = {".py", ".pyi", ".md", ".yaml"}

EVERYWHERE: Mapping[str, str] = {
    "befall": "inject, affect",
    "befalls": "injects, affects",
    "heard": "received, adapted",
    "likewise": "the reason, said again",
    "misfit": "problem",
    "misfits": "problems",
    "of ours": "our",
    "spelt": "described, written",
    "spoilt": "faulty",
    "spoken": "sent, adapted",
    "steady": "deterministic",
    "taped": "recorded",
    "tell": "say, report, show, render",
    "telling": "rendering, result",
    "tells": "says, reports, shows, renders",
    "told": "sent, shown, reported, rendered",
}
"""Words that occur neither in what users read nor in the code, as words or as parts of identifiers."""

FOR_READERS: Mapping[str, str] = {
    "asked for nothing": "not requested",
    "at its own speed": "with the recorded timing",
    "go first": "are dropped first",
    "goes first": "is dropped first",
    "has come": "has arrived",
    "let it go wrong": "inject faults",
    "makes up": "generates",
    "mended": "fixed",
    "not HTTP at all": "malformed HTTP",
    "of your own": "your own",
    "pass on": "forward",
    "passed on": "forwarded",
    "shall": "must, should",
    "spoil": "apply to",
    "spoils": "applies to",
    "take up": "resume",
    "taken up": "resumed",
    "takes up": "resumes",
    "what came": "requests",
    "without waiting": "without delays",
}
"""Words that occur in no text for users; in code they may have a meaning of their own."""

IN_MESSAGES: Mapping[str, str] = {"is no": "is not a, is not a valid"}
"""Words that no message says. `there is no`, `is no longer` and `is no such` are good English."""
_IS_NO = r"(?<![Tt]here )\bis no\b(?! longer\b| such\b)"

ALLOWED: Mapping[tuple[str, str], str] = {
    ("docs/reference.md", "shall"): "a docstring; goes when the docstring does",
    ("CHANGELOG.md", "of your own"): "profile files that users write",
    ("mockserver/samples/vocabulary.py", "steady"): "made-up texts are made of such words",
    ("mockserver/samples/vocabulary.py", "tell"): "a common word of English, to tell languages apart",
}
"""Places where a word may stand, each with the reason."""


def files(*names: str) -> Iterator[Path]:
    """The texts in these files and folders."""
    for name in names:
        path = ROOT / name
        yield from [path] if path.is_file() else sorted(one for one in path.rglob("*") if one.suffix in TEXTS)


@cache
def help_output() -> str:
    """What `--help` prints for the command and each of its commands."""
    printed = io.StringIO()
    for command in ([], *([name] for name in COMMANDS)):
        with redirect_stdout(printed), suppress(SystemExit):
            main([*command, "--help"])
    return re.sub(r"\s+", " ", printed.getvalue())


def for_readers() -> Iterator[tuple[str, str]]:
    """Each text for users, with its name."""
    yield HELP, help_output()
    for path in files("README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "docs"):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def code() -> Iterator[tuple[str, str]]:
    """Each module and data file that people write, with its name."""
    for path in files("mockserver", "pytest_plugin"):
        yield str(path.relative_to(ROOT)), path.read_text(encoding="utf-8")


def messages(text: str) -> str:
    """The strings of a module that are not docstrings; values that are filled in are left out."""
    tree = ast.parse(text)
    documented = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    strings = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))
    return "\n".join(str(node.value) for node in strings if id(node) not in documented)


def occurs(word: str, text: str) -> bool:
    """Whether a word is there, by itself or as a part of an identifier (`be_told`, `ToldStream`)."""
    pattern = r"\s+".join(map(re.escape, word.split()))
    return re.search(rf"(?<![A-Za-z])(?i:{pattern})(?![a-z])", text) is not None


@cache
def found() -> frozenset[tuple[str, str]]:
    """Every place that has a retired word: the name of the text, and the word."""
    readers, modules = list(for_readers()), list(code())
    places = [(name, word) for name, text in readers for word in FOR_READERS if occurs(word, text)]
    places += [(name, word) for name, text in (*readers, *modules) for word in EVERYWHERE if occurs(word, text)]
    spoken = [(name, messages(text)) for name, text in modules if name.endswith(".py")]
    places += [(name, "is no") for name, text in (*spoken, (HELP, help_output())) if re.search(_IS_NO, text)]
    return frozenset(places) - ALLOWED.keys()


def test_retired_words_do_not_come_back():
    words = {**EVERYWHERE, **FOR_READERS, **IN_MESSAGES}
    places = [f"{name}: '{word}'; say {words[word]}" for name, word in sorted(found())]

    assert places == [], "\n".join(places)


@pytest.mark.parametrize(
    ("word", "text", "expected"),
    [
        pytest.param("told", "It is told here.", True, id="word"),
        pytest.param("told", "as_told_by", True, id="identifier"),
        pytest.param("told", "ToldStream", True, id="type"),
        pytest.param("told", "the old stold one", False, id="inside a word"),
        pytest.param("tell", "intelligent cells, stellar", False, id="letters of other words"),
        pytest.param("of ours", "a choice of\nours", True, id="over a line"),
        pytest.param("steady", "Steady as she goes", True, id="beginning of a sentence"),
    ],
)
def test_word_is_found_where_it_is_one(word, text, expected):
    assert occurs(word, text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("x is no path", True), ("There is no rule", False), ("it is no longer open", False), ("is not a path", False)],
)
def test_message_that_says_is_no(text, expected):
    assert (re.search(_IS_NO, text) is not None) is expected


def test_docstrings_are_not_messages():
    assert messages('"""It is no path."""\nerror = f"{name} is no path"') == " is no path"


def type_names(module: ast.Module) -> Iterator[str]:
    """The names of the classes and type aliases that a module defines."""
    for node in module.body:
        if isinstance(node, ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            if "TypeAlias" in ast.unparse(node.annotation):
                yield node.target.id
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name[0].isupper() and not name.isupper():
                yield name


def test_type_name_has_one_meaning():
    homes: dict[str, list[str]] = {}
    for path in sorted((ROOT / "mockserver").rglob("*.py")):
        for name in type_names(ast.parse(path.read_text())):
            homes.setdefault(name, []).append(str(path.relative_to(ROOT)))

    assert {name: paths for name, paths in homes.items() if len(paths) > 1} == {}
