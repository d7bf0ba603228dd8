from apps.triage import triage


def test_bill_goes_to_accounts(mock_openai):
    mock_openai.on(input="bill").reply("accounts")

    assert triage("My bill is wrong.") == "accounts"
    assert len(mock_openai.requests) == 1


def test_each_test_has_an_empty_workspace(mock_openai):
    assert len(mock_openai.requests) == 0
    mock_openai.on(input="bill").reply("sales")

    assert triage("I never got a bill.") == "sales"
