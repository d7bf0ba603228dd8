"""The patterns of secrets: made from the pinned rules, each finds what it is for in the time that its text takes."""

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from mockserver.cassette import assignments, encodings
from mockserver.cassette.patterns import compiled
from mockserver.cassette.secret_shapes import LONG_RUN, ON_REQUEST, OWN_PATTERNS, SecretPattern
from mockserver.cassette.secrets import RULES, SHORTEST_WORD, SecretPatterns, generated_patterns, secret_patterns
from tests.cassette.pattern_samples import near_misses, sample

ROOT = Path(__file__).parents[2]
PATTERNS = [*OWN_PATTERNS, *generated_patterns(), *ON_REQUEST.values()]
EXPRESSIONS = {
    "assignment": compiled(assignments._ASSIGNED),
    "form part": compiled(assignments._FORM_PART),
    "data url": compiled(encodings._DATA_URL),
    "base64": compiled(encodings._BASE64),
    "payload": compiled(encodings._PAYLOAD),
    **{f"encoding {one.mark}": compiled(one.pattern) for one in encodings.ENCODINGS},
    **{f"stretch {one.mark}": compiled(one.stretch) for one in encodings.ENCODINGS},
}
SIZE = 10_000
LONGER = 4
ALLOWED = 9.0  # times as long for a text that is four times as long; a quadratic pattern takes sixteen
AT_ONCE = 0.05  # seconds for a text of 40 kB, below which nobody measures growth


def ids(row: SecretPattern) -> str:
    return f"{row.kind}: {row.pattern[:24]}"


def seconds(work: Callable[[str], object], text: str) -> float:
    best = 1e9
    for _ in range(2):
        before = time.process_time()
        work(text)
        best = min(best, time.process_time() - before)
    return best


def grows(work: Callable[[str], object], short: str, long: str) -> bool:
    """Whether the time for a text grows faster than the text."""
    took = seconds(work, long)
    return took > AT_ONCE and took > ALLOWED * seconds(work, short)


def slow_texts(pattern: re.Pattern[str], *, size: int = SIZE) -> list[str]:
    """The beginnings of texts for which a pattern takes longer than they are long."""
    pairs = zip(near_misses(pattern.pattern, size), near_misses(pattern.pattern, LONGER * size), strict=True)
    return [long[:60] for short, long in pairs if grows(lambda text: [*pattern.finditer(text)], short, long)]


def test_rules_are_what_the_pinned_file_of_gitleaks_gives():
    command = [sys.executable, "-m", "tests.cassette.make_secret_rules", "--check"]
    made = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    assert (made.returncode, made.stdout) == (0, "")
    assert len(generated_patterns()) == 207


def test_rules_are_read_when_a_text_is_first_looked_into():
    code = (
        "import mockserver.cassette.secrets as secrets, mockserver.cassette.redact\n"
        "from mockserver.cassette.patterns import compiled\n"
        "print(secrets.generated_patterns.cache_info().currsize, compiled.cache_info().currsize)\n"
        "secrets.SECRET_PATTERNS.spans('nothing of interest')\n"
        "print(secrets.generated_patterns.cache_info().currsize, compiled.cache_info().currsize < 6)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout

    assert said == "0 0\n1 True\n"


@pytest.mark.parametrize("row", PATTERNS, ids=ids)
def test_each_pattern_finds_what_it_describes(row: SecretPattern):
    text = sample(row.pattern)
    before, after = ("", "") if row.pattern.startswith("(?:^") else (" ", " ")

    found = SecretPatterns([row._replace(check=None, entropy=0.0, digit=False)]).spans(f"{before}{text}{after}")

    assert found, text


@pytest.mark.parametrize("row", PATTERNS, ids=ids)
def test_each_pattern_is_found_by_its_hints(row: SecretPattern):
    text = sample(row.pattern)

    assert any(hint in text.lower() for hint in row.hints) or HINTED_ELSEWHERE.intersection(row.hints)
    assert len(text) >= SHORTEST_WORD or not text.isalnum()


@pytest.mark.parametrize("row", [*OWN_PATTERNS, *generated_patterns()], ids=ids)
def test_each_pattern_that_is_not_short_has_a_long_run(row: SecretPattern):
    assert row.short or compiled(LONG_RUN).search(sample(row.pattern, enough=1))


HINTED_ELSEWHERE = {"curl", "discord", "domain_secrets", "facebook"}
"""What a text has to say anywhere, so that something in it is looked for."""


@pytest.mark.parametrize("row", PATTERNS, ids=ids)
def test_each_pattern_takes_as_long_as_its_text_is(row: SecretPattern):
    assert slow_texts(re.compile(row.pattern, re.ASCII)) == []


@pytest.mark.parametrize("pattern", EXPRESSIONS.values(), ids=EXPRESSIONS.keys())
def test_names_and_encodings_take_as_long_as_their_text_is(pattern: re.Pattern[str]):
    assert slow_texts(pattern) == []


def test_growth_is_seen_where_there_is_some():
    assert slow_texts(re.compile(r"[a-z][a-z0-9+.-]*://[^\s@]+@", re.ASCII), size=1_500)
    assert slow_texts(re.compile(r"curl .*? -u (\w+)", re.ASCII), size=2_500)


# Texts that stopped the server: dumps in the logs of a tool, keys that are none, and what is made to be slow.
HOSTILE: dict[str, Callable[[int], str]] = {
    "hex and an @": lambda size: "0a1b2c3d" * (size // 8) + "@",
    "a key without a key": lambda size: "-----BEGIN RSA PRIVATE KEY-----\n" + "Aa: b\n" * (size // 6) + "!",
    "header-like lines": lambda size: "-----BEGIN RSA PRIVATE KEY-----\n" + "AAAA-BBBB: \n\n\n" * (size // 14),
    "dots and an @": lambda size: "a." * (size // 2) + "@",
    "names without values": lambda size: "key=" * (size // 4),
    "quoted names": lambda size: '"key":"' * (size // 7),
    "token words": lambda size: "token" * (size // 5) + "=",
    "percent signs": lambda size: "%25" * (size // 3),
    "backslashes": lambda size: "\\" * size,
    "quoted quotes": lambda size: '\\"' * (size // 2),
    "data urls": lambda size: "data:" * (size // 10) + ";base64," * (size // 16),
    "base64": lambda size: "QUJD" * (size // 4),
    "URLs": lambda size: "https://a:b" * (size // 11) + "@",
    "form parts": lambda size: '; name="a"\n' * (size // 11),
}


@pytest.mark.parametrize("made", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_take_as_long_as_they_are(made: Callable[[int], str]):
    patterns = secret_patterns(["email"])

    assert not grows(patterns.spans, made(SIZE), made(LONGER * SIZE))


def test_licence_of_the_rules_stands_in_the_notice():
    notice = (ROOT / "LICENSES" / "gitleaks.txt").read_text()

    assert "Copyright (c) 2019 Zachary Rice" in notice
    assert "LICENSES/gitleaks.txt" in json.loads(RULES.read_bytes())["source"]
