"""The command line and profiles: `mockserver check --profile`."""

from pathlib import Path

import pytest

from mockserver.cli import main
from tests.support.openapi_document import PROFILE, REPLY, gateway


def test_profile_that_fits_its_document_is_found_right(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--profile", str(gateway(tmp_path)), "--bodies", "10"]) == 0
    assert capsys.readouterr() == ("1 example and 10 random bodies sent, 0 differences found.\n", "")


def test_differences_and_slips_are_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = gateway(tmp_path, REPLY={**REPLY, "required": ["id", "cost"], "properties": {"id": {"type": "text"}}})
    assert main(["check", "--profile", str(path), "--bodies", "1"]) == 1
    out, err = capsys.readouterr()
    assert out == "1 example and 1 random body sent, 2 differences found.\n"
    assert err.splitlines()[:3] == [
        "document: #/components/schemas/Reply/properties/id/type: is 'text', which is not a type; read as string.",
        "reply, 2 times: cost: 'cost' is a required property",
        '    for example {"model": "small", "question": "Why?"}',
    ]


def test_profile_that_cannot_be_checked_is_a_mistake_of_the_caller(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = gateway(tmp_path, PROFILE.replace("openapi: gateway.json\n", ""))
    assert main(["check", "--profile", str(path)]) == 2
    assert capsys.readouterr().err == (
        f"mockserver: The profile '{path}' names no document; add `openapi: FILE` to it.\n"
    )


def test_check_of_nothing_says_what_it_needs(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 2
    needs = "check needs a path, or a profile: `mockserver check fixtures/` or `--profile FILE`."
    assert capsys.readouterr().err == f"mockserver: {needs}\n"
