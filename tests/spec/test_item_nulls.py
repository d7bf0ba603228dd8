"""Null in a field of an input item that may be left out: taken wherever clients write it, but for what is known."""

import pytest

from mockserver.errors import ApiError
from mockserver.spec.checks.body import check_schema
from tests.support.contract_examples import ITEM_NULLS, NULL_REFUSED


@pytest.mark.parametrize("operation", ["responses.create", "conversations.items.create"])
@pytest.mark.parametrize(("place", "item"), ITEM_NULLS, ids=[place for place, _ in ITEM_NULLS])
def test_null_is_an_omitted_field_of_an_item(operation, place, item):
    field = "items" if operation.startswith("conversations") else "input"
    body = {field: [item]} if field == "items" else {"model": "gpt-4o", field: [item]}
    if place not in NULL_REFUSED:
        check_schema(operation, body)
        return
    code, param, message = (text.replace("input[0]", f"{field}[0]") for text in NULL_REFUSED[place])
    with pytest.raises(ApiError) as refused:
        check_schema(operation, body)
    assert (refused.value.status, refused.value.code, refused.value.param) == (400, code, param)
    assert refused.value.message == message
