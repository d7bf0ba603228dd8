"""The table of API errors: every row can be raised, and every name that the code raises has a row."""

import re
from pathlib import Path
from string import Formatter

import pytest

from mockserver.events.life import LIFE
from mockserver.spec.api_errors import API_ERRORS, EXAMPLES, SECTIONS, api_error, masked
from mockserver.spec.checks.values import MODEL_FIELDS
from mockserver.spec.own_errors import MOCK_SERVER_ERROR
from mockserver.spec.scripted_errors import BY_STATUS
from mockserver.web.http_server import PARSER_ERRORS

PACKAGE = Path(__file__).parents[2] / "mockserver"
RAISED = re.compile(r'(?:api_error|Invalid)\(\s*"(\w+)"|(?:rows=|_ROWS: Final = )\("(\w+)", "(\w+)"\)')
BY_SCRIPTS_ALONE = set(SECTIONS["The service"])
ROWS = [pytest.param(row, id=name) for name, row in API_ERRORS.items()]


def placeholders(text):
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_what_is_raised_has_a_row_and_every_row_is_raised():
    found = {name for path in PACKAGE.rglob("*.py") for names in RAISED.findall(path.read_text()) for name in names}
    in_tables = {name for status in LIFE.values() for name in status.refuses.values()}
    in_tables |= {*PARSER_ERRORS.values()}
    in_tables |= {name for fields in MODEL_FIELDS.values() for field in fields for name in (field.wrong, field.none)}

    assert (found | in_tables) - {""} == set(API_ERRORS) - BY_SCRIPTS_ALONE


def test_a_name_stands_in_one_section():
    assert len(API_ERRORS) == sum(map(len, SECTIONS.values()))


@pytest.mark.parametrize("row", ROWS)
def test_row_says_when_it_comes_and_can_be_filled(row):
    assert re.fullmatch(r"[A-Z`].*\.", row.when)
    if row.type != MOCK_SERVER_ERROR:
        assert placeholders(row.text + (row.param or "")) <= {*EXAMPLES, *row.example, "wait"}


def test_usual_errors_have_their_status():
    assert {status: API_ERRORS[name].status for status, name in BY_STATUS.items()} == {code: code for code in BY_STATUS}


def test_error_is_raised_with_its_values():
    error = api_error("page_item_not_found", id="msg_1", param="after")

    assert error.error == {
        "message": "Item with id 'msg_1' not found.",
        "type": "invalid_request_error",
        "param": "after",
        "code": None,
    }
    assert (error.status, error.headers) == (404, {})


def test_errors_of_this_server_are_not_retried():
    error = api_error("script_error", message="No.", headers={"x-extra": "1"})

    assert (error.type, error.headers) == (MOCK_SERVER_ERROR, {"x-should-retry": "false", "x-extra": "1"})


@pytest.mark.parametrize(("key", "shown"), [("short", "*****"), ("sk-proj-0123456789", "sk-proj-******6789")])
def test_keys_are_masked(key, shown):
    assert masked(key) == shown
