"""Numbers in the sentences of commands."""


def counted(number: int, noun: str, several: str = "") -> str:
    """`1 exchange`, `2 exchanges`; `several` is a plural that is not made with an s."""
    return f"{number} {noun}" if number == 1 else f"{number} {several or noun + 's'}"
