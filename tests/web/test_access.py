"""Which space a key names, and how many of them are remembered."""

from mockserver import MockServer, Settings
from mockserver.space import Space
from mockserver.web.access import Spaces
from tests.support.http import send


def spaces(most: int = 9) -> Spaces:
    return Spaces(lambda key: Space(api_key=key), most=most)


def test_key_names_the_same_space_whoever_asks_between():
    known = spaces()
    one, two = known["one"], known["two"]

    assert (one.api_key, two.api_key) == ("one", "two")
    assert [known[key] for key in ("two", "two", "one", "two")] == [two, two, one, two]


def test_key_that_was_discarded_gets_a_new_space():
    known = spaces()
    first = known["one"]
    known.discard("one")
    known.discard("one")

    assert known["one"] is not first


def test_space_not_used_for_longest_goes_first():
    with MockServer(Settings(max_workspaces=2)) as server:
        one, two = server.workspace("one"), server.workspace("two")
        for key in ("one", "three"):  # a request is a use
            assert send(server.base_url, "GET", "/v1/models", key=key).status == 200

        assert server.workspace("one").space is one.space
        assert server.workspace("two").space is not two.space
