"""The page of figures is what the recordings and the server say today."""

import pytest

from tests.docs.print_fidelity import PAGE, page
from tests.support.real_traffic import RECORDINGS


@pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")
def test_fidelity_page_is_current():
    assert PAGE.read_text(encoding="utf-8") == page(), "the page is old: run `make fidelity`"
