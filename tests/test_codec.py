"""JSON, read and written."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mockserver.codec import dumps, loads


@pytest.mark.parametrize("digits", [1, 18, 19, 20, 60])
@pytest.mark.parametrize("text", ["{}", "-{}", "[{}]", '{{"a": {}}}', '{{"a": "{}"}}'])
def test_integers_of_any_size_are_kept(digits: int, text: str):
    encoded = text.format("9" * digits).encode()

    value = loads(encoded)

    assert value == json.loads(encoded)
    assert loads(dumps(value)) == value


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda one: st.lists(one) | st.dictionaries(st.text(), one),
    )
)
def test_value_is_read_as_it_was_written(value: object):
    assert loads(dumps(value)) == value
