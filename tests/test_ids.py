"""Ids and choices: the layouts of the wire, and that they follow from their seed."""

import re
from base64 import urlsafe_b64decode

import pytest

from mockserver.clock import FROZEN_AT
from mockserver.encrypted import encrypted
from mockserver.ids import UNSTORED, Draws, ObjectIds, SeedSource, fingerprint, partition_of
from mockserver.state.table import MemoryCounts

NEW = re.compile(
    r"^(?P<prefix>[a-z]+)_(?P<partition>0[0-9a-f]{15})(?P<flag>0[01])(?P<time>[0-9a-f]{8})"
    r"[0-9a-f]{4}8[0-9a-f]{3}[89ab][0-9a-f]{15}$"
)
FOUNDER = re.compile(
    r"^conv_(?P<time>[0-9a-f]{8})[0-9a-f]{4}8[0-9a-f]{3}[89ab][0-9a-f]{15}(?P<partition>[0-9a-f]{16})$"
)


def ids(**options):
    return ObjectIds(Draws(b"seed"), unix_seconds=FROZEN_AT, **options)


def test_new_id_has_partition_flag_time_and_a_uuid8():
    made = ids()
    found = NEW.match(made.new("resp"))
    assert found is not None

    assert (found["prefix"], found["partition"], found["flag"]) == ("resp", made.partition, "00")
    assert int(found["time"], 16) == FROZEN_AT


def test_id_of_what_is_not_stored_says_so():
    found = NEW.match(ids(flag=UNSTORED).new("resp"))
    assert found is not None
    assert found["flag"] == "01"


def test_items_share_the_partition_of_their_response():
    made = ids()

    assert {partition_of(made.new(prefix)) for prefix in ("resp", "msg", "fc")} == {made.partition}


def test_founder_has_its_partition_last():
    made = ids()
    found = FOUNDER.match(made.root_id("conv"))
    assert found is not None

    assert found["partition"] == made.partition == partition_of(found[0])


def test_ids_join_a_partition_that_is_given():
    assert partition_of(ids(partition="0123456789abcdef").new("resp")) == "0123456789abcdef"


@pytest.mark.parametrize("other", ["", "call_abc", "resp_short", "asst_abc123"])
def test_id_of_another_form_has_no_partition(other):
    assert partition_of(other) is None


def test_call_id_is_letters_and_digits():
    assert re.fullmatch(r"call_[A-Za-z0-9]{24}", ids().call_id())


def test_draws_follow_from_their_seed():
    def drawn(seed):
        draws = Draws(seed)
        return [draws.hex(9), draws.letters(40), draws.index(1000), draws.random().random(), draws.hex(600)]

    assert drawn(b"a") == drawn(b"a")
    assert all(one != other for one, other in zip(drawn(b"a"), drawn(b"b"), strict=True))


def test_draws_follow_from_all_of_their_seed():
    assert Draws(b"a" * 64 + b"b").hex(9) != Draws(b"a" * 64 + b"c").hex(9)


def test_draws_give_what_they_are_asked_for():
    draws = Draws(b"seed")

    assert [len(draws.hex(digits)) for digits in (0, 1, 7, 500)] == [0, 1, 7, 500]
    assert [len(draws.letters(count)) for count in (0, 1, 300)] == [0, 1, 300]
    assert {draws.index(3) for _ in range(100)} == {0, 1, 2}


def test_fernet_looks_like_encrypted_content():
    text = Draws(b"seed").fernet(unix_seconds=FROZEN_AT)

    assert text.startswith("gAAAAA")
    assert urlsafe_b64decode(text)[:9] == b"\x80" + FROZEN_AT.to_bytes(8, "big")


def test_encrypted_content_is_that_of_an_item_an_owner_and_a_time():
    made = ObjectIds(Draws(b"seed"), unix_seconds=FROZEN_AT, secret=b"mine")

    assert made.encrypted("rs_1") == encrypted("rs_1", secret=b"mine", unix_seconds=FROZEN_AT)


def test_encrypted_content_leaves_the_ids_as_they_are():
    one, other = ids(), ids()
    one.encrypted("rs_1")

    assert one.new("msg") == other.new("msg")


def seeds(seed: bytes = b"", *, most: int = 9) -> SeedSource:
    return SeedSource(seed, counts=MemoryCounts(most=most))


def test_mint_gives_the_same_row_for_the_same_request_and_time_it_came():
    one, two = seeds(b"seed"), seeds(b"seed")
    first = [one.draws(data).hex(8) for data in (b"a", b"b", b"a")]
    second = [two.draws(data).hex(8) for data in (b"b", b"a", b"a")]

    assert len(set(first)) == 3
    assert (second[1], second[0], second[2]) == tuple(first)


def test_mint_with_another_seed_gives_another_row():
    assert seeds(b"one").draws(b"a").hex(8) != seeds(b"two").draws(b"a").hex(8)


def test_mint_forgets_the_oldest_beyond_its_bound():
    made = seeds(most=2)
    first, second = (made.draws(b"a").hex(8) for _ in range(2))
    made.draws(b"b")
    assert made.draws(b"a").hex(8) not in {first, second}
    made.draws(b"c")

    assert made.draws(b"a").hex(8) == first


def test_fingerprint_depends_on_data_and_seed():
    assert fingerprint(b"a") == fingerprint(b"a")
    assert len({fingerprint(b"a"), fingerprint(b"b"), fingerprint(b"a", seed=b"s")}) == 3
