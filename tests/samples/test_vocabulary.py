"""The tables that default answers draw from: made from the pinned Faker, and used without it."""

import importlib
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mockserver.default.reply import default_reply
from mockserver.ids import Draws
from mockserver.model.request import CreateRequest
from mockserver.samples.kinds import HINTS, KINDS, kind_of
from tests.support.bodies import BODIES, WEATHER, ask, offering

KINDS_OF_TEXT = (
    "name",
    "email",
    "phone",
    "city",
    "country",
    "job",
    "company",
    "address",
    "path",
    "cmd",
    "zip",
    "color",
)
PERSON = {"type": "object", "properties": {name: {"type": "string"} for name in KINDS_OF_TEXT}}
ASKED = [
    *BODIES.values(),
    ask("Who?", text={"format": {"type": "json_schema", "name": "person", "schema": PERSON}}),
    offering({**WEATHER, "parameters": PERSON, "strict": False}),
]


@pytest.fixture
def make_vocabulary() -> ModuleType:
    """The script, which needs Faker: another test imports this file without it."""
    return importlib.import_module("tests.samples.make_vocabulary")


def test_vocabulary_is_what_the_installed_package_gives(
    make_vocabulary: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert make_vocabulary.main(["--check"]) == 0, capsys.readouterr().out


def test_check_shows_what_differs(
    make_vocabulary: ModuleType,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    old = tmp_path / "vocabulary.json"
    old.write_text(make_vocabulary.VOCABULARY.read_text().replace('"city"', '"town"'))
    monkeypatch.setattr(make_vocabulary, "VOCABULARY", old)
    assert make_vocabulary.main(["--check"]) == 1
    assert '-"town":' in capsys.readouterr().out


def test_vocabulary_is_small(make_vocabulary: ModuleType) -> None:
    assert make_vocabulary.VOCABULARY.stat().st_size < 60_000


def answers() -> str:
    replies = [default_reply(CreateRequest(dict(body)), Draws(b"seed")).output for body in ASKED]
    return json.dumps(replies)


def test_default_answers_are_the_same_without_faker() -> None:
    code = (
        "import sys\nsys.modules['faker'] = None\nfrom tests.samples.test_vocabulary import answers\nprint(answers())\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout == answers() + "\n"


def test_hints_name_kinds_and_have_words() -> None:
    assert all(words and kind in KINDS for words, kind in HINTS)


@pytest.mark.parametrize(
    ("hint", "kind"),
    [
        ("path", "path"),
        ("file_path", "path"),
        ("cmd", "command"),
        ("command", "command"),
        ("workdir", "folder"),
        ("date", "date"),
        ("startDate", "date"),
        ("created_timestamp", "instant"),
        ("timezone", "time_zone"),
        ("url", "url"),
        ("websiteUrl", "url"),
        ("address", "street_address"),
        ("email_address", "email"),
        ("country_code", "country_code"),
        ("given_name", "first_name"),
        ("x\nThe city", "city"),
        ("note", "phrase"),
        ("file", "path"),
        ("input_file", "path"),
        ("x\nThe file", "phrase"),
        ("created_at", "instant"),
        ("dueDate", "date"),
        ("deadline", "date"),
        ("recipient", "email"),
        ("encoding", "encoding"),
        ("locale", "locale"),
        ("expression", "expression"),
        ("code", "expression"),
        ("promo_code", "phrase"),
        ("code\nThe country code", "country_code"),
        ("x\nRun JavaScript code.", "expression"),
        ("sql", "sql"),
        ("sql_query", "sql"),
        ("http_method", "http_method"),
        ("branch", "branch"),
        ("repo", "slug"),
        ("ref", "branch"),
        ("q", "query"),
        ("user", "user_name"),
        ("endpoint", "url"),
    ],
)
def test_hint_asks_for_a_kind(hint: str, kind: str) -> None:
    assert kind_of(hint) == kind


@pytest.mark.parametrize(
    ("kind", "pattern"),
    [
        ("path", r"[a-z]+/[a-z]+\.txt"),
        ("command", r"[a-z]+"),
        ("date", r"2026-\d\d-\d\d"),
        ("instant", r"2026-\d\d-\d\dT\d\d:\d\d:00Z"),
        ("url", r"https://[a-z]+-[a-z]+\.example\.com/[a-z]+"),
        ("email", r"[a-z]+\.[a-z]+@example\.com"),
        ("phone", r"\+1-\d{3}-555-01\d\d"),
        ("street_address", r"\d+ [A-Z].+"),
        ("name", r"[A-Z]\S+ [A-Z]\S+"),
        ("expression", r"\d+ \+ \d+"),
        ("sql", r"SELECT \d+"),
        ("slug", r"[a-z]+-[a-z]+"),
        ("encoding", r"utf-8"),
        ("locale", r"en-US"),
        ("http_method", r"GET"),
        ("branch", r"main"),
        ("version", r"1\.\d\.\d"),
        ("hash", r"[0-9a-f]{40}"),
    ],
)
def test_value_of_a_kind_looks_like_one(kind: str, pattern: str) -> None:
    for seed in range(50):
        assert re.fullmatch(pattern, KINDS[kind](Draws(bytes([seed]))))


def test_every_kind_can_be_drawn() -> None:
    assert all(make(Draws(b"seed")) for make in KINDS.values())
