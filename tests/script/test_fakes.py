"""Texts that Faker makes up for a script."""

import sys
from typing import Any

import pytest

from mockserver.errors import ScriptError
from mockserver.model.request import CreateRequest
from mockserver.script import fakes
from mockserver.script.placeholders import fill, read_placeholders


def text(written: str, **body: Any) -> str:
    return str(fill(read_placeholders(written), CreateRequest({"model": "gpt-4o", "input": "hi", **body})))


def test_same_request_gets_the_same_text() -> None:
    assert text("${faker.name}") == text("${faker.name}")
    assert text("${faker.name}") == text("${faker.name}", stream=True, store=False)
    assert text("${faker.name}") != text("${faker.name}", input="ho")


def test_placeholder_gives_the_same_text_everywhere_in_a_reply() -> None:
    first, second = text("${faker.sentence(nb_words=3)}|${faker.sentence(nb_words=3)}").split("|")
    assert first == second


@pytest.mark.parametrize(
    ("written", "pattern"),
    [
        pytest.param("${faker.pyint(min_value=5, max_value=5)}", "5", id="numbers"),
        pytest.param("${faker.pystr_format(string_format='a, b')}", "a, b", id="quoted"),
        pytest.param('${faker.pystr_format(string_format="c")}', "c", id="quoted-as-json"),
        pytest.param("${faker.pystr_format(string_format=plain text)}", "plain text", id="plain"),
        pytest.param("${faker.random_elements(elements=ab, length=0)}", "[]", id="json"),
        pytest.param("$${faker.name}", "${faker.name}", id="escaped"),
    ],
)
def test_arguments_are_read(written: str, pattern: str) -> None:
    assert text(written) == pattern


def test_locale_is_obeyed() -> None:
    assert text("${faker.current_country_code(locale=de_DE)}") == "DE"
    assert text("${faker.current_country_code}") == "US"


@pytest.mark.parametrize(
    ("written", "message"),
    [
        pytest.param("${faker.adress}", "Faker has no method 'adress'. Did you mean 'address'?", id="unknown"),
        pytest.param("${faker.seed_instance}", "Faker has no method 'seed_instance'.", id="not-a-text"),
        pytest.param("${faker._x}", "Faker has no method '_x'.", id="private"),
        pytest.param("${faker.name(locale=xx_YY)}", "'xx_YY' is not a locale of Faker.", id="locale"),
        pytest.param("${faker.name(words=2)}", "Faker's name raised TypeError(", id="argument"),
        pytest.param("${faker.binary(length=2)}", "Faker's binary gives bytes", id="bytes"),
        pytest.param("${faker.name(}", "'name(' is not a call of Faker; expected 'address'", id="no-end"),
        pytest.param("${faker.name(a b)}", "'name(a b)' has arguments that cannot be read", id="no-name"),
        pytest.param("${faker}", "'${faker}' names nothing", id="no-method"),
    ],
)
def test_wrong_call_is_refused_when_it_is_read(written: str, message: str) -> None:
    with pytest.raises(ScriptError) as error:
        read_placeholders({"reply": [written]})
    assert str(error.value).startswith(f"reply[0]: {message}")


def test_missing_faker_is_told_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    fakes._faker.cache_clear()
    monkeypatch.setitem(sys.modules, "faker", None)
    with pytest.raises(ScriptError, match=r"needs Faker, which is not installed: pip install 'responses-mockserver\["):
        read_placeholders("${faker.name}")
    assert read_placeholders("${input}")
