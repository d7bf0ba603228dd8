"""Bodies of real clients with a few places changed get a response, or an error in a sentence of the table."""

import itertools

import pytest

from tests.recorded.mutations import PATH, mutations, problem_of, recorded_bodies
from tests.support.http import send
from tests.support.real_traffic import RECORDINGS

pytestmark = pytest.mark.skipif(not RECORDINGS.exists(), reason="the recordings are not here")


@pytest.mark.parametrize("seed", range(8))
def test_changed_body_gets_an_answer(server, seed):
    for body in itertools.islice(mutations(seed, recorded_bodies()), 100):
        reply = send(server.base_url, "POST", PATH, body, key="changed")

        assert problem_of(reply) is None, body
