"""What a server answers by default, as one digest: `python -m tests.support.default_answers`.

With other processes, packages or versions it has to be the same.
"""

import hashlib

from mockserver import MockServer
from tests.support.bodies import BODIES
from tests.support.http import send


def digest() -> str:
    """The SHA-256 of the answers to all bodies, as JSON and as a stream."""
    answers = hashlib.sha256()
    with MockServer() as server:
        for body in BODIES.values():
            for streamed in (False, True):
                sent = {**body, "stream": streamed}
                answers.update(send(server.base_url, "POST", "/v1/responses", sent, key="any").body)
    return answers.hexdigest()


if __name__ == "__main__":
    print(digest())
