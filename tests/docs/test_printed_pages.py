"""The pages that are printed from tables are current, and a row that changes them changes."""

import re

import pytest
import yaml

from mockserver.events.life import LIFE, Status
from mockserver.model.fault import Fault
from mockserver.spec.api_errors import API_ERRORS, SECTIONS
from mockserver.spec.event_steps import signals
from mockserver.spec.item_row import ItemType
from mockserver.spec.item_types import ITEM_TYPES
from mockserver.spec.own_errors import MOCK_SERVER_ERROR
from tests.docs.print_pages import DOCS, PAGES, errors_page, events_page, life


@pytest.mark.parametrize("name", PAGES)
def test_page_is_what_the_tables_say(name):
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name](), "the page is old: run `make docs`"


def test_changed_error_changes_the_page():
    title, rows = next(iter(SECTIONS.items()))
    name, row = next(iter(rows.items()))
    changed = {**SECTIONS, title: {**rows, name: row._replace(text="No key, no answer.", when="Never.")}}

    page = errors_page(changed)

    assert "> No key, no answer.\n\n  Never." in page
    assert row.text not in page


def test_new_item_type_is_on_the_page():
    row = ItemType(prefix="holo", keys={"beam": ""}, opened={"beam": ""}, steps=signals("hologram_call", "shown"))

    page = events_page({**ITEM_TYPES, "hologram_call": row})

    assert page.endswith(
        """
### `hologram_call`

Ids begin with `holo_`. Added with `beam: ""`.

1. `response.output_item.added`
2. `response.hologram_call.shown`
3. `response.output_item.done`
"""
    )


def test_new_status_is_on_the_page():
    expired = Status("response.expired", refuses={"cancel": "cancel_completed"})

    section = "\n".join(life({**LIFE, "expired": expired}))

    refused = f"cancel: {API_ERRORS['cancel_completed'].text}"
    assert f"| `expired` | `response.expired` | ends | {refused} |" in section


def test_fault_on_the_page_answers_with_the_error():
    page = errors_page()
    faults = [yaml.safe_load(one)["fault"] for one in re.findall(r"`(fault: .*)`$", page, re.MULTILINE)]
    named = [name for name, row in API_ERRORS.items() if row.type != MOCK_SERVER_ERROR]

    assert [fault["error"] for fault in faults] == named
    for fault in faults:
        sent, row = Fault(**fault).http_error(streamed=False), API_ERRORS[fault["error"]]
        assert sent is not None
        assert (sent.status, sent.code, sent.type) == (row.status, row.code, row.type)
        assert sent.message.startswith(row.text.partition("{")[0])
        assert (sent.param is None) == (row.param is None)
