"""Answers from documents: a file is uploaded, passages are found by their embeddings, and the model reads them."""

from openai import OpenAI


class Handbook:
    """The passages of a document, with their vectors."""

    def __init__(self, passages: list[str]) -> None:
        self._client = OpenAI(max_retries=0)
        self._passages = passages
        self._vectors = self._embed(passages)

    def _embed(self, texts: list[str]) -> list[list[float]]:
        found = self._client.embeddings.create(model="text-embedding-3-small", input=texts, encoding_format="float")
        return [each.embedding for each in found.data]

    def publish(self) -> str:
        """Upload the document; the id of the file."""
        content = "\n".join(self._passages).encode()
        return self._client.files.create(file=("handbook.txt", content), purpose="assistants").id

    def nearest(self, question: str) -> str:
        """The passage that is closest to a question."""
        (vector,) = self._embed([question])
        scores = [sum(a * b for a, b in zip(vector, known, strict=True)) for known in self._vectors]
        return self._passages[scores.index(max(scores))]

    def ask(self, question: str) -> str:
        """What the model says, with the nearest passage before it."""
        given = f"Answer from this passage:\n{self.nearest(question)}"
        made = self._client.responses.create(model="gpt-4.1", instructions=given, input=question)
        return made.output_text
