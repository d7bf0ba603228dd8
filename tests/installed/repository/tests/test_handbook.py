from apps.handbook import Handbook

PASSAGES = ["Holidays: thirty days a year.", "Travel: trains before planes.", "Lunch is at noon."]


def test_answer_comes_from_the_nearest_passage(mock_openai):
    mock_openai.on(instructions="thirty days").reply("Thirty days.")

    assert Handbook(PASSAGES).ask("How many days of holidays do I have a year?") == "Thirty days."


def test_document_is_uploaded(mock_openai):
    uploaded = {"id": "file-1", "object": "file", "bytes": 1, "created_at": 0, "filename": "x", "purpose": "assistants"}
    mock_openai.on(method="POST", path="/v1/files").reply(json={**uploaded, "status": "processed"})

    assert Handbook(PASSAGES).publish() == "file-1"
