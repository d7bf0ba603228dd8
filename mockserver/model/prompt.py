"""Stored prompts: what a request has that only names one. Source: recorded by DataDog/dd-trace-py and openai-dotnet."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from mockserver.model.parts import filled_part, shown_part
from mockserver.model.plan import Item
from mockserver.spec.api_errors import api_error

_VARIABLE: Final = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """One version of a stored prompt."""

    id: str
    version: str
    messages: Sequence[tuple[str, str]]
    """Each with its role and its text, in which `{{name}}` stands for a variable."""
    fields: Mapping[str, Any]
    """What it says of a request where that says nothing: the model, and other parameters."""

    @property
    def variables(self) -> Collection[str]:
        """The names of its variables, each once, in order."""
        return dict.fromkeys(name for _, text in self.messages for name in _VARIABLE.findall(text))

    def joined(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The body of a request that names this prompt, with what the prompt says.

        Its messages become the `instructions`, unless the request has some of its own.

        Raises: ApiError for a variable that is missing, or that the prompt does not have.
        """
        given = {key: value for key, value in body.items() if value is not None}
        include = given.get("include") or ()
        stated = shown_variables(given["prompt"], include)
        _check_names(self.variables, stated)
        messages = [
            {"type": "message", "content": [*_parts(text, stated)], "role": role} for role, text in self.messages
        ]
        named = {**given["prompt"], "version": self.version}
        return {**self.fields, "instructions": messages, **given, "prompt": named}


class Prompts:
    """The prompts that a script says the contents of. Without any, every id is taken, and stands for nothing."""

    def __init__(self) -> None:
        self.base: Sequence[Prompt] = ()
        """Those of the server's fixture files."""
        self._own: list[Prompt] = []

    def add(self, prompts: Iterable[Prompt]) -> None:
        """Know more prompts, which stand before those of the base."""
        self._own.extend(prompts)

    def find(self, body: Mapping[str, Any]) -> Prompt | None:
        """The prompt that a body names: the last that was added with this id, and this version where it states one.

        None for a body that names none, and where no prompt is known. Raises: ApiError 404 for an unknown one.
        """
        named = body.get("prompt")
        if not named or not (self._own or self.base):
            return None
        for prompt in (*reversed(self._own), *reversed(self.base)):
            if prompt.id == named["id"] and named.get("version") in {None, prompt.version}:
                return prompt
        raise api_error("prompt_not_found", id=named["id"])

    def joined(self, body: dict[str, Any]) -> dict[str, Any]:
        """A body with what its prompt says. Raises: ApiError 404, or 400 for variables that are not the prompt's."""
        prompt = self.find(body)
        return body if prompt is None else prompt.joined(body)


def shown_variables(prompt: Mapping[str, Any], include: Collection[str]) -> dict[str, Item]:
    """The variables of a request's `prompt` as parts, which texts become as well."""
    given = (prompt.get("variables") or {}).items()
    parts = ((name, {"type": "input_text", "text": one} if isinstance(one, str) else one) for name, one in given)
    return {name: shown_part(filled_part(part), include) for name, part in parts}


def _check_names(known: Collection[str], stated: Collection[str]) -> None:
    if missing := [name for name in known if name not in stated]:
        raise api_error("prompt_variable_missing", names=", ".join(missing))
    if unknown := [name for name in stated if name not in known]:
        raise api_error("prompt_variable_unknown", names=", ".join(unknown))


def _parts(text: str, variables: Mapping[str, Item]) -> Iterator[Item]:
    """A text with its variables: texts become part of it, pictures and files stand between its parts."""
    said = ""
    for position, piece in enumerate(_VARIABLE.split(text)):
        value = variables[piece] if position % 2 else {"type": "input_text", "text": piece}
        if value["type"] == "input_text":
            said += value["text"]
            continue
        if said:
            yield {"type": "input_text", "text": said}
        said = ""
        yield value
    if said:
        yield {"type": "input_text", "text": said}
