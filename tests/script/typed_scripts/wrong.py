"""Scripts whose every marked line is an error of the type checker."""

from mockserver import Fault, MockServer, Workspace


def script(mock: Workspace, server: MockServer) -> None:
    """Wrong uses, one on each line."""
    mock.on(imput="hello")  # wrong
    mock.on(stream="yes")  # wrong
    mock.on(metadata="run")  # wrong
    mock.on(headers=["x"])  # wrong
    mock.on(json="path")  # wrong
    mock.on(predicate=True)  # wrong
    mock.on(all={"input": "a"})  # wrong
    mock.on(input=5)  # wrong
    mock.on().reply("Hi.", modle="gpt-x")  # wrong
    mock.on().reply("Hi.", status=None)  # wrong
    mock.on().reply("Hi.", usage=5)  # wrong
    mock.on().reply("Hi.", metadata={"a": 1})  # wrong
    mock.on().reply(fill="Paris")  # wrong
    mock.on().reply(fills={"city": "Paris"})  # wrong
    mock.on().fault(stauts=429)  # wrong
    mock.on().fault(status="429")  # wrong
    mock.on().fault(error=404)  # wrong
    mock.on().fault(headers={"retry-after": 1})  # wrong
    mock.on().pace(speed=40)  # wrong
    mock.on().times("2")  # wrong
    mock.prompt("pmpt_1")  # wrong
    mock.prompt("pmpt_1", model="gpt-4o", version=2)  # wrong
    mock.enqueue("Hi.", modle="gpt-x")  # wrong
    mock.chaos(0.5, Fault(stauts=500))  # wrong
    server.workspace(unmatched="maybe")  # wrong
