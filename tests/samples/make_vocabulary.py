"""Make ``mockserver/samples/vocabulary.json`` from the pinned Faker: what default answers draw names and places from.

``python -m tests.samples.make_vocabulary`` writes the file; with ``--check`` it prints a diff and exits 1 where the
file is not what the installed package gives. So default answers need no Faker, and stay the same when it changes.
"""

import json
import sys
from itertools import islice
from pathlib import Path

from faker import Faker

from tests.support.made_files import write_or_check

VOCABULARY = Path(__file__).resolve().parents[2] / "mockserver" / "samples" / "vocabulary.json"
KINDS = (
    *("city", "color_name", "company", "country", "country_code", "currency_code", "first_name", "job"),
    *("language_name", "last_name", "postcode", "state", "street_name"),
)
ENTRIES = 100  # of each kind, or as many as there are
TRIES = 2000


def make():
    """Give the entries of each kind, in the order in which a seeded generator says them."""
    faker = Faker("en_US")
    return {kind: entries(faker, kind) for kind in KINDS}


def entries(faker, kind):
    """Give different entries of one kind; those of other kinds change nothing."""
    faker.seed_instance(kind)
    said = dict.fromkeys(str(getattr(faker, kind)()) for _ in range(TRIES))
    return list(islice(said, ENTRIES))


def text(vocabulary):
    """Give the vocabulary as the committed file has it: a line for each kind."""
    lines = [f"{json.dumps(kind)}:{json.dumps(words, separators=(',', ':'))}" for kind, words in vocabulary.items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def main(arguments=None):
    """Write the vocabulary, or compare it with the committed one; give the exit code."""
    return write_or_check(VOCABULARY, text(make()), description=__doc__, arguments=arguments)


if __name__ == "__main__":
    sys.exit(main())
