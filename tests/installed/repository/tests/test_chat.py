from apps.chat import chat


def test_answer_is_given(mock_openai):
    mock_openai.on(input="hello").reply("Hi.")

    assert chat("hello") == "Hi."


def test_outage_is_survived(mock_openai):
    mock_openai.on(input="hello").fault(status=503)

    assert chat("hello") == "Sorry, I cannot answer now."
