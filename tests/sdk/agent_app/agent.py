"""A small agent: it answers a question with the help of tools, and shows its words as they come."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from openai import OpenAI

ROUNDS = 5
MODEL = "gpt-4.1"
TOOLS: list[Any] = [
    {
        "type": "function",
        "name": "get_weather",
        "description": "The weather in a city.",
        "strict": True,
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}},
            "required": ["city"],
            "additionalProperties": False,
        },
    }
]


def get_weather(city: str) -> str:
    return {"Paris": "18 °C", "Oslo": "4 °C"}[city]


FUNCTIONS: Mapping[str, Callable[..., str]] = {"get_weather": get_weather}


class AgentError(Exception):
    """The agent has no answer."""


class Agent:
    """Answers questions; each goes on from the one before."""

    def __init__(self, client: OpenAI, *, show: Callable[[str], Any] = str) -> None:
        self._client = client
        self._show = show
        self._previous: str | None = None

    def answer(self, question: str) -> str:
        """The answer to a question. Raises: AgentError."""
        given: list[Any] = [{"role": "user", "content": question}]
        for _ in range(ROUNDS):
            response = self._ask(given)
            given = [self._called(item) for item in response.output if item.type == "function_call"]
            if not given:
                return response.output_text
        raise AgentError(f"no answer in {ROUNDS} rounds")

    def _ask(self, given: list[Any]) -> Any:
        more = {"previous_response_id": self._previous} if self._previous else {}
        with self._client.responses.create(model=MODEL, input=given, tools=TOOLS, stream=True, **more) as stream:
            for event in stream:
                if event.type == "response.output_text.delta":
                    self._show(event.delta)
        response = event.response
        if response.status != "completed":
            raise AgentError(f"the response is {response.status}")
        self._previous = response.id
        return response

    def _called(self, call: Any) -> dict[str, Any]:
        try:
            output = FUNCTIONS[call.name](**json.loads(call.arguments))
        except KeyError as error:
            output = f"unknown: {error}"
        return {"type": "function_call_output", "call_id": call.call_id, "output": output}


if __name__ == "__main__":
    with OpenAI() as from_environment:
        sys.stdout.write(Agent(from_environment).answer(sys.argv[1]) + "\n")
