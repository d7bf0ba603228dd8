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


def test_strays_are_what_came_with_keys_of_nobody():
    with MockServer() as server:
        mine = server.workspace("sk-mine")
        assert send(server.base_url, "GET", "/v1/models", key="sk-mine").status == 200
        assert send(server.base_url, "GET", "/v1/models", key="sk-from-elsewhere").status == 200
        assert send(server.base_url, "GET", "/v1/models").status == 401

        assert sorted(server.strays()) == [
            "Request #1 GET /v1/models -> 200 by default came with the key sk-from-*****here, which no workspace has.",
            "Request #1 GET /v1/models -> 401 by default came without an API key.",
        ]
        assert server.strays() == []
        assert len(mine.requests) == 1
        server.discard(mine)
        send(server.base_url, "GET", "/v1/models", key="sk-mine")
        assert len(server.strays()) == 1


def test_single_workspace_is_that_of_all_keys():
    with MockServer(Settings(single_workspace=True, api_keys=("sk-one", "sk-two"))) as server:
        mock = server.workspace("sk-any")
        statuses = [
            send(server.base_url, "GET", "/v1/models", key=key).status for key in ("sk-one", "sk-two", "sk-bad")
        ]

        assert statuses == [200, 200, 401]
        assert len(mock.requests) == 2
        assert len(server.workspace().requests) == 2


def test_space_not_used_for_longest_goes_first():
    with MockServer(Settings(max_workspaces=2)) as server:
        one, two = server.workspace("one"), server.workspace("two")
        for key in ("one", "three"):  # a request is a use
            assert send(server.base_url, "GET", "/v1/models", key=key).status == 200

        assert server.workspace("one").space is one.space
        assert server.workspace("two").space is not two.space
