"""A client app for tests of record and replay: an agent of six turns whose tools tell the time and draw UUIDs.

    python -m tests.support.agent_session BASE_URL API_KEY PROMPT

prints what it has got as JSON: text, types of events, ids of responses.
"""

import json
import sys
import uuid
from datetime import UTC, datetime
from typing import Any

import openai

TOOL: Any = {  # the SDK's type asks for `strict`, the API does not
    "type": "function",
    "name": "look_up",
    "description": "Looks something up.",
    "parameters": {"type": "object", "properties": {"what": {"type": "string"}}, "required": ["what"]},
}


def output(what: str) -> str:
    now = datetime.now(UTC)
    found = {"id": str(uuid.uuid4()), "at": now.isoformat(), "clock": now.strftime("%H:%M:%S"), "what": what}
    return json.dumps(dict(sorted(found.items(), key=lambda _: uuid.uuid4().int)))  # keys in any order


def run(base_url: str, api_key: str, prompt: str) -> dict[str, Any]:
    """The whole session; turns stream, and chain by `previous_response_id`."""
    told: dict[str, Any] = {"text": "", "events": [], "ids": []}
    message = {"id": f"msg_{uuid.uuid4().hex}", "type": "message", "role": "user", "content": prompt}
    given: Any = [message]
    previous: str | None = None
    with openai.OpenAI(base_url=base_url, api_key=api_key, max_retries=0) as client:
        while given:
            with client.responses.stream(
                model="gpt-4.1",
                input=given,
                tools=[TOOL],
                previous_response_id=previous or openai.omit,
                metadata={"run": str(uuid.uuid4())},
            ) as stream:
                told["events"] += [event.type for event in stream]
                response = stream.get_final_response()
            previous = response.id
            told["ids"].append(response.id)
            told["text"] += response.output_text
            calls = [item for item in response.output if item.type == "function_call"]
            given = [
                {"type": "function_call_output", "call_id": call.call_id, "output": output(call.arguments)}
                for call in calls
            ]
    return told


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(*sys.argv[1:4])))
