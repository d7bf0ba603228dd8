"""Sentences of Lark grammars: those of the library's own parser, found in time whatever the grammar says."""

import re
from typing import Any

import pytest
from lark import Lark

from mockserver.ids import Draws
from mockserver.samples.budget import Budget, NoValueError, TooLargeError
from mockserver.samples.grammar import Grammar, Pattern, sentence_of
from mockserver.samples.lark_grammar import lark_grammar

ARITHMETIC = """
start: expr
expr: expr ("+" | "-") term | term
term: term "*" factor | factor
factor: "(" expr ")" | NUMBER
%import common.NUMBER
%import common.WS
%ignore WS
"""
JSON = """
?start: value
?value: object | array | STRING | NUMBER -> number | "true" | "null"
object: "{" [pair ("," pair)*] "}"
array: "[" [value ("," value)*] "]"
pair: STRING ":" value
STRING: /"[a-z]*"/
%import common (SIGNED_NUMBER, WS_INLINE)
%import common.SIGNED_NUMBER -> NUMBER
%ignore WS_INLINE
"""
SQL = """
start: "SELECT" columns "FROM" TABLE where? ("LIMIT" INT)?
columns: COLUMN ("," COLUMN)*
where: "WHERE" COLUMN OPERATOR INT
TABLE: "users" | "orders"
COLUMN.2: ("a".."z")~3..8
OPERATOR: /[<>]=?/ | "="
%import common.INT
%ignore / +/
"""
PATCH = r"""
start: begin_patch hunk+ end_patch
begin_patch: "*** Begin Patch" LF
end_patch: "*** End Patch" LF?
hunk: add_hunk | delete_hunk
add_hunk: "*** Add File: " filename LF add_line+
delete_hunk: "*** Delete File: " filename LF
filename: /[^\n]+/
add_line: "+" /[^\n]+/ LF -> line
%import common.LF
"""
SCRIPT = r"""
start: pragma_source | plain_source
pragma_source: PRAGMA_LINE NEWLINE SOURCE
plain_source: SOURCE
PRAGMA_LINE: /[ \t]*\/\/ @exec:[^\r\n]*/
NEWLINE: /\r?\n/
SOURCE: /[\s\S]+/
"""
GRAMMARS = {"arithmetic": ARITHMETIC, "json": JSON, "sql": SQL, "patch": PATCH, "script": SCRIPT}


def sentence(definition: str, *, wanted: str = "What?", text: str = "", seed: bytes = b"seed") -> str:
    return sentence_of(lark_grammar(definition), Draws(seed), wanted=wanted, text=text, budget=Budget())


@pytest.mark.parametrize("definition", GRAMMARS.values(), ids=GRAMMARS)
def test_sentence_is_one_that_the_library_parses(definition: str) -> None:
    parser = Lark(definition)
    for seed in (b"1", b"2", b"3"):
        assert parser.parse(sentence(definition, seed=seed))


def test_sentence_repeats_for_the_same_seed() -> None:
    assert sentence(SQL) == sentence(SQL)
    assert sentence(SQL) != sentence(SQL, seed=b"other")


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        pytest.param(
            PATCH, r"\*\*\* Begin Patch\n\*\*\* Add File: .+\n\+.*\n\*\*\* End Patch", id="first-and-shortest"
        ),
        pytest.param(SQL, r"SELECT +[a-z]{3} +FROM +users", id="space-where-ignored"),
        pytest.param(ARITHMETIC, r"\d+ \+ \d+ \* \( \d+ \)", id="recursion-ends"),
        pytest.param(JSON, r"\{ \}", id="optional-is-left-out"),
        pytest.param(SCRIPT, r"What\?", id="what-a-terminal-allows"),
    ],
)
def test_sentence_is_what_a_careful_caller_writes(definition: str, expected: str) -> None:
    assert re.fullmatch(expected, sentence(definition))


SIDES = 'start: "left" | "right"'


@pytest.mark.parametrize(
    ("definition", "options", "expected"),
    [
        pytest.param(SIDES, {}, "left", id="first"),
        pytest.param(SIDES, {"text": "Turn right."}, "right", id="named-by-the-user"),
        pytest.param('start: side\nside: L | R\nL: "left"\nR: "right"', {"text": "To the right!"}, "right", id="named"),
        pytest.param(SIDES, {"wanted": "right"}, "right", id="wanted"),
        pytest.param('start: "a" b\nb: "b"? "c"', {}, "ac", id="nothing-between-terminals"),
        pytest.param('start: "a"* b?\nb: "b"+', {}, "ab", id="not-empty"),
        pytest.param('start: "a"~3 "b"~2..5', {}, "aaabb", id="repeated"),
        pytest.param(r'start: "\"\n\t\\\x41\u00e9\d"', {}, '"\n\t\\Aé\\d', id="escapes"),
        pytest.param('start: "SELECT"i', {}, "SELECT", id="any-case"),
        pytest.param("start: /[a-z]/i /x/", {"wanted": "zx"}, None, id="two-terminals"),
        pytest.param("start: (/[a-z ]+/i)", {"wanted": "No way"}, "No way", id="flags"),
        pytest.param('start: "+".."+"', {}, "+", id="range"),
        pytest.param('!start.2: _x -> y\n_x: z\n?z: "a"', {}, "a", id="modifiers"),
        pytest.param('// said\nstart: "a" // more\n     | "b"\n', {"text": "b"}, "b", id="comments-and-lines"),
        pytest.param("start: |\n", {}, "", id="nothing"),
        pytest.param('start: W\nW: LETTER\nLETTER: "x"\n%import common.WORD', {}, "x", id="own-name-of-a-common-one"),
        pytest.param('start: ("a" start)? "b"', {}, "b", id="recursive-option"),
        pytest.param('start: start "a" | "b" "c"', {}, "bca", id="left-recursion"),
        pytest.param('start: "a" other\nother: start "x" | "b"', {}, "aabx", id="through-another"),
    ],
)
def test_sentence_is(definition: str, options: dict[str, Any], expected: str | None) -> None:
    found = sentence(definition, **options)
    assert found == expected or (expected is None and re.fullmatch("(?i)[a-z]x", found))


@pytest.mark.parametrize(
    ("definition", "message"),
    [
        pytest.param("start: (", "cannot be read: Unexpected token", id="broken"),
        pytest.param("", "no sentence for 'start'", id="empty"),
        pytest.param("start: other", "no sentence for 'start'", id="undefined"),
        pytest.param('start: "a" start', "no sentence for 'start'", id="endless"),
        pytest.param('list{x}: x x\nstart: "a"', "has the template list", id="template"),
        pytest.param('start: list{"a"}', "has template_usage", id="template-used"),
        pytest.param("start: X\n%declare X", "has declare", id="declared"),
        pytest.param("start: WORD\n%import .secret.WORD", "imports .secret.WORD; only", id="file"),
        pytest.param("start: WORD\n%import python.WORD", "imports python.WORD; only", id="another-library"),
        pytest.param("start: X\n%import common (X)", "imports common.X; only", id="no-such-terminal"),
        pytest.param("start: X\n%import common.a (X)", "imports common.a.X; only", id="no-such-path"),
        pytest.param(r"start: /\p{L}/", "cannot be read: bad escape", id="regex-of-rust"),
        pytest.param("start: " + "[" * 4000 + '"a"' + "]" * 4000, "is nested too deeply", id="nested"),
    ],
)
def test_grammar_that_cannot_be_followed_is_reported(definition: str, message: str) -> None:
    with pytest.raises(NoValueError, match=re.escape(message)):
        sentence(definition)


def doubling(levels: int, name: str, last: str) -> str:
    rules = [f"{name}{n}: {name}{n + 1} {name}{n + 1}" for n in range(levels)]
    return "\n".join([f"start: {name}0", *rules, f"{name}{levels}: {last}"])


STEPS = "120,000 steps through patterns"


@pytest.mark.parametrize(
    ("definition", "limit"),
    [
        pytest.param(doubling(60, "r", '"a"'), STEPS, id="rules"),
        pytest.param(doubling(60, "T", '"a"'), STEPS, id="terminals"),
        pytest.param(doubling(60, "r", '"a"?'), STEPS, id="nothing-often"),
        pytest.param('start: "a"~999999999999999999999', STEPS, id="repetition"),
        pytest.param('start: "ab"~70000 "c"', STEPS, id="long-repetition"),
        pytest.param(f'start: x~200\nx: "{"a" * 5000}"', "200,000 characters", id="characters"),
        pytest.param("start: /(a{9999}){9999}/", STEPS, id="pattern"),
        pytest.param(f"start: /{'a' * 6000}/", "5,000 characters of a pattern", id="long-pattern"),
        pytest.param("start: " + '"a" ' * 3000, "10,000 characters of a grammar", id="long-grammar"),
        pytest.param(
            "start: r0\n" + "\n".join(f"r{n}: r{n + 1}" for n in range(500)) + '\nr500: "a"', "100 levels", id="levels"
        ),
    ],
)
def test_grammar_that_asks_for_too_much_is_refused(definition: str, limit: str) -> None:
    with pytest.raises(TooLargeError, match=re.escape(f"a default answer is limited to {limit}.")):
        sentence(definition)


def test_search_for_a_wanted_text_gives_up() -> None:
    grammar = Grammar({"start": Pattern("(a+)+b?(?<=b)")})
    wanted = "a" * 40
    assert re.fullmatch("a+b", sentence_of(grammar, Draws(b"seed"), wanted=wanted, text="", budget=Budget()))


def test_options_in_a_row_are_read_in_time() -> None:
    assert sentence("start: " + " ".join(f'"a{n}"?' for n in range(500)) + ' "b"') == "b"
