"""YAML and JSON as people write them: values, lines, and what is refused before it costs anything."""

import json
import time
from math import isclose

import pytest
import yaml

from mockserver.authoring.yaml_source import MAX_BYTES, MAX_VALUES, load, read_yaml
from mockserver.codec import MAX_DEPTH

TOO_LARGE = "a number that is too large; quote it to make it text."
TEXTS = "yes no on off True 2026-01-01 12:30:00 0x1F 0o17 1_000 007 .inf .nan = . -. e5 .e5 1e +1"
QUICK = 2  # seconds that refusing may take on a busy machine; obeying would take minutes, or the memory


@pytest.fixture(params=["CSafeLoader", "SafeLoader"])
def either_loader(request, monkeypatch):
    """PyYAML with libyaml, and without it."""
    monkeypatch.setattr(yaml, "CSafeLoader", getattr(yaml, request.param))


def told(source):
    return [str(problem) for problem in source.problems]


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize("word", TEXTS.split())
def test_plain_words_are_text(word):
    assert read_yaml(f"a: {word}\n").value == {"a": word}


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize(
    ("word", "value"),
    [
        *[("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("'true'", "true"), ('"5"', "5")],
        *[("5", 5), ("-0", 0), ("-1.5", -1.5), ("5.", 5.0), ("1e3", 1000.0), (".5", 0.5), ("1.5E-2", 0.015)],
    ],
)
def test_plain_values_are_json(word, value):
    found = read_yaml(f"a: {word}\n").value["a"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.usefixtures("either_loader")
def test_every_value_has_its_line():
    source = read_yaml("# head\n- when:\n    input: hello\n  reply:\n    - one\n    - |\n      two\n- {a: [1,\n  2]}\n")
    lines = {
        (): 2,
        (0,): 2,
        (0, "when"): 2,
        (0, "when", "input"): 3,
        (0, "reply"): 4,
        (0, "reply", 1): 6,
        (1,): 8,
        (1, "a", 1): 9,
        (1, "a", "none", "there"): 8,
        (7,): 2,
    }
    assert {keys: source.line(keys) for keys in lines} == lines


@pytest.mark.parametrize("text", ["", "\n\n", "# a\n\n# b\n"])
def test_text_that_says_nothing_is_nothing(text):
    source = read_yaml(text)
    assert (source.value, source.problems) == (None, [])


@pytest.mark.usefixtures("either_loader")
@pytest.mark.parametrize(
    ("text", "problems"),
    [
        pytest.param("a: 1\nb: {c: 1, c: 2}\n", ["f:2: b.c: given twice, first in line 2; keep one."], id="twice"),
        pytest.param("a:\n  b: !!str 5\n", ["f:2: a.b: tags are not allowed, got 'tag:yaml.org,2002:str'; "], id="tag"),
        pytest.param("? [a]\n: 1\n", ["f:1: a key is a list, a mapping or an alias; expected text."], id="key"),
        pytest.param("a: 1\n---\nb: 2\n", ["f:2: a second document begins; expected one."], id="documents"),
        pytest.param("a: [1\nb: 2\n", ["f:2: invalid YAML: "], id="syntax"),
        pytest.param("a: b\x00\n", ["f:1: invalid YAML: "], id="control"),
        pytest.param("a: " + "9" * 5000, [f"f:1: a: {TOO_LARGE}"], id="int"),
        pytest.param("a: 1e999", [f"f:1: a: {TOO_LARGE}"], id="float"),
    ],
)
def test_what_is_not_plain_json_is_a_problem(text, problems):
    found = told(read_yaml(text, file="f"))
    assert [one[: len(wanted)] for one, wanted in zip(found, problems, strict=True)] == problems


def bomb(levels):
    """Aliases that multiply: nine times as much on each level."""
    rows = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(rows)


TOO_DEEP = f": nested deeper than {MAX_DEPTH} levels; write it flatter."
ANCHORS = "f:1: a0: anchors and aliases are not allowed, got 'a0'; write the value out."
HOSTILE = [
    pytest.param(bomb(30), ANCHORS, id="aliases-that-multiply"),
    pytest.param("a: &a [*a]", "f:1: a: anchors and aliases are not allowed, got 'a'; write the value out.", id="loop"),
    pytest.param("[\n" * 200, TOO_DEEP, id="deep-lists"),
    pytest.param("[" * 200_000, "f:1: invalid YAML: exceeded maximum nesting depth", id="deeper-lists"),
    pytest.param("{a: " * 100_000, TOO_DEEP, id="deep-mappings"),
    pytest.param("- " * 50_000 + "a", TOO_DEEP, id="deep-blocks"),
    pytest.param("{? " * 50_000, TOO_DEEP, id="deep-keys"),
    pytest.param("#" * (MAX_BYTES + 1), f"f:1: larger than {MAX_BYTES >> 20} MiB; split it.", id="large"),
    pytest.param(
        "!!python/object/apply:os.system [exit]",
        "f:1: tags are not allowed, got 'tag:yaml.org,2002:python/object/apply:os.system'; write plain values.",
        id="tag",
    ),
]


@pytest.mark.parametrize(("text", "problem"), HOSTILE)
def test_hostile_text_is_refused_at_once(text, problem):
    before = time.perf_counter()
    source = read_yaml(text, file="f")
    assert problem in told(source)[-1 if problem == TOO_DEEP else 0]
    assert time.perf_counter() - before < QUICK


def test_too_many_values_are_refused():
    source = read_yaml("[" + "0," * (MAX_VALUES + 1) + "]", file="f")
    assert (told(source), source.value) == ([f"f:1: more than {MAX_VALUES:,} values; split it."], None)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        pytest.param("[" * 100_000 + "]" * 100_000, f"1{TOO_DEEP}", id="deep"),
        pytest.param('{"a": 1,\n"b": }', "2: invalid JSON: Expecting value.", id="syntax"),
        pytest.param("[" + "9" * 5000 + "]", f"1: invalid JSON: {TOO_LARGE}", id="int"),
        pytest.param('{"a": {"b": 1,\n "b": 2}}', "2: a.b: given twice, first in line 1; keep one.", id="twice"),
    ],
)
def test_json_file_is_refused_with_its_line(tmp_path, text, problem):
    (tmp_path / "a.json").write_text(text)
    assert told(load(tmp_path / "a.json")) == [f"{tmp_path}/a.json:{problem}"]


def test_file_without_an_end_is_not_read_to_it(tmp_path):
    endless = tmp_path / "endless.yaml"
    endless.symlink_to("/dev/zero")
    assert told(load(endless)) == [f"{endless}:1: larger than {MAX_BYTES >> 20} MiB; split it."]


def test_depth_that_people_write_is_read():
    deep = read_yaml("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)
    assert (deep.problems, json.dumps(deep.value).count("[")) == ([], MAX_DEPTH)


def test_equal_files_have_equal_digests(tmp_path):
    for name, text in (("a.yaml", "a: 1\n"), ("b.yaml", "a: 1\n"), ("c.yaml", "a: 2\n")):
        (tmp_path / name).write_text(text)
    first, second, third = (load(tmp_path / name).digest for name in ("a.yaml", "b.yaml", "c.yaml"))
    assert (first == second, first == third) == (True, False)


def test_number_keeps_what_json_keeps():
    assert isclose(read_yaml("a: 0.1\n").value["a"], 0.1)
