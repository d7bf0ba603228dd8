"""Encrypted content: its form, and what is found out about it without a store."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

import pytest

from mockserver.clock import FROZEN_AT
from mockserver.encrypted import Verdict, encrypted, verdict

OWN = encrypted("rs_1", secret=b"mine", unix_seconds=FROZEN_AT)
FOREIGN = urlsafe_b64encode(b"\x80" + bytes(8) + b"i" * 16 + b"c" * 192 + b"h" * 32).decode()


def found(content, item_id="rs_1", secret=b"mine"):
    return verdict(content, item_id=item_id, secret=secret)


def changed(content, position):
    """A content with one byte of another value."""
    token = bytearray(urlsafe_b64decode(content))
    token[position] ^= 1
    return urlsafe_b64encode(bytes(token)).decode()


def test_content_has_the_form_of_a_fernet_token():
    token = urlsafe_b64decode(OWN)

    assert OWN.startswith("gAAAAAB")
    assert token[:9] == b"\x80" + FROZEN_AT.to_bytes(8, "big")
    assert (len(token) - 9 - 16 - 32) % 16 == 0
    assert len(OWN) >= 300


def test_content_follows_from_item_time_and_owner():
    assert encrypted("rs_1", secret=b"mine", unix_seconds=FROZEN_AT) == OWN
    assert (
        len(
            {
                OWN,
                encrypted("rs_2", secret=b"mine", unix_seconds=FROZEN_AT),
                encrypted("rs_1", secret=b"yours", unix_seconds=FROZEN_AT),
                encrypted("rs_1", secret=b"mine", unix_seconds=FROZEN_AT + 1),
            }
        )
        == 4
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        pytest.param(OWN, Verdict.OWN, id="own"),
        pytest.param(FOREIGN, Verdict.FOREIGN, id="foreign"),
        pytest.param("", Verdict.UNREADABLE, id="empty"),
        pytest.param("abc", Verdict.UNREADABLE, id="text"),
        pytest.param("gAAAAA==", Verdict.UNREADABLE, id="too-short"),
        pytest.param(urlsafe_b64encode(b"\x80" + bytes(56)).decode(), Verdict.UNREADABLE, id="without-text"),
        pytest.param(urlsafe_b64encode(b"\x80" + bytes(72)).decode(), Verdict.FOREIGN, id="shortest-text"),
        pytest.param("\ud800äö", Verdict.UNREADABLE, id="not-ascii"),
        pytest.param(OWN.rstrip("="), Verdict.UNREADABLE, id="without-padding"),
        pytest.param(OWN[:-8], Verdict.UNREADABLE, id="cut"),
        pytest.param(f" {OWN}", Verdict.UNREADABLE, id="space"),
        pytest.param(OWN.replace("-", "+").replace("_", "/"), Verdict.UNREADABLE, id="another-alphabet"),
        pytest.param(changed(FOREIGN, 0), Verdict.UNREADABLE, id="another-version"),
        pytest.param(FOREIGN + FOREIGN, Verdict.UNREADABLE, id="two"),
        pytest.param(changed(OWN, -1), Verdict.UNREADABLE, id="another-signature"),
        pytest.param(changed(OWN, 80), Verdict.UNREADABLE, id="another-text"),
        pytest.param(changed(OWN, 1), Verdict.UNREADABLE, id="another-time"),
    ],
)
def test_form_and_signature_tell_where_a_content_is_from(content, expected):
    assert found(content) is expected


@pytest.mark.parametrize(
    ("item_id", "secret", "expected"),
    [
        pytest.param(None, b"mine", Verdict.OWN, id="without-an-item"),
        pytest.param("rs_2", b"mine", Verdict.OF_ANOTHER_ITEM, id="another-item"),
        pytest.param("rs_1", b"yours", Verdict.OF_ANOTHER_OWNER, id="another-owner"),
        pytest.param(None, b"yours", Verdict.OF_ANOTHER_OWNER, id="another-owner-without-an-item"),
        pytest.param("rs_2", b"yours", Verdict.OF_ANOTHER_OWNER, id="neither"),
    ],
)
def test_content_is_tied_to_its_owner_and_its_item(item_id, secret, expected):
    assert found(OWN, item_id=item_id, secret=secret) is expected
