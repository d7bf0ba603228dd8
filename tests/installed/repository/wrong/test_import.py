from apps.triage import triage


def test_never_collected(mock_openai):
    assert triage("My bill is wrong.") == "accounts"
