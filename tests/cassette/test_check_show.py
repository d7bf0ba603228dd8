import pytest

from mockserver.cassette.check import check
from mockserver.cassette.format import Header
from mockserver.cassette.load import load
from mockserver.cassette.show import show
from mockserver.cassette.writer import CassetteWriter
from mockserver.errors import CassetteError
from mockserver.model.recorded import RecordedExchange
from tests.cassette.streams import message, response, streamed

DAY = 86_400
THEN = 1_767_225_600


@pytest.fixture
def written(tmp_path):
    def write(*exchanges):
        path = tmp_path / "tape.yaml"
        header = Header(upstream="https://api.openai.com", recorded_at=THEN, client="OpenAI/Python 3.52.0")
        with CassetteWriter(path, header=header) as writer:
            for exchange in exchanges:
                writer.add(exchange)
        return path

    return write


def problems_of(path, **options):
    return [(problem.line, problem.kind, problem.message) for problem in check(path, now=THEN, **options)]


def test_good_cassette_has_no_problems(written):
    assert (
        problems_of(written(streamed(["Hel", "lo"]), RecordedExchange(body=response(message("Hello")))), max_age_days=0)
        == []
    )


def test_check_finds_streams_that_cannot_be_told(written):
    path = written(streamed(["Hel", "lo"]))
    beyond_the_end = "    others:\n      json: '[[99, {}]]'\n"
    path.write_text(path.read_text().replace("    padded: true\n", beyond_the_end))

    with pytest.raises(CassetteError, match="the stream does not unfold"):
        check(path, now=THEN)


def test_check_names_what_the_contract_does_not_allow(written):
    bad = response({**message("Hello"), "status": "finished"})

    [(line, kind, text)] = problems_of(written(RecordedExchange(body=response()), RecordedExchange(body=bad)))

    assert (line, kind) == (26, "contract")
    assert text.startswith("reply: output[0].status: 'finished' is not one of")


def test_check_leaves_other_routes_alone(written):
    assert problems_of(written(RecordedExchange(url_path="/v1/files", body={"object": "response"}))) == []


def test_check_tells_the_age_when_asked(written):
    path = written(RecordedExchange())

    assert check(path, now=THEN + 31 * DAY, max_age_days=31) == []
    assert [str(problem) for problem in check(path, now=THEN + 32 * DAY, max_age_days=31)] == [
        f"{path}, line 1: recorded 32 days ago, and the limit is 31 days: record it again"
    ]


def test_check_tells_of_a_torn_end_and_raises_on_a_broken_file(written):
    path = written(RecordedExchange(), RecordedExchange())
    path.write_bytes(path.read_bytes()[:-5])
    [(line, kind, _)] = problems_of(path)
    assert (line, kind) == (13, "torn")

    path.write_bytes(path.read_bytes().replace(b"status", b"stat", 1))
    with pytest.raises(CassetteError):
        check(path, now=THEN)


def test_show_tells_a_session_as_a_conversation(written):
    call = {
        "id": "fc_1", "type": "function_call", "status": "completed",
        "arguments": '{"city":"Paris"}', "call_id": "call_1", "name": "get_weather",
    }  # fmt: skip
    path = written(
        RecordedExchange(
            request_body={"instructions": "Be brief.", "input": "Weather in Paris?"},
            body=response(call),
            times=(0.5,),
        ),
        streamed(["It is ", "18 °C."], times=[0.2, 0.2, 0.3, 0.3, 0.31, 0.35, 0.4, 0.4, 0.4, 0.41]),
        RecordedExchange(status=429, body={"error": {"message": "Slow down."}}, complete=False),
        RecordedExchange(method="GET", url_path="/logo", body=b"\xff" * 9),
    )

    assert show(load(path)) == (
        "https://api.openai.com · recorded 2026-01-01 · OpenAI/Python 3.52.0 · 4 exchanges\n"
        "\n"
        "1. POST /v1/responses → 200 in 0.50 s\n"
        "   instructions Be brief.\n"
        "   user         Weather in Paris?\n"
        '   function_call get_weather call_1 {"city":"Paris"}\n'
        "   status       completed, gpt-5, 5 tokens in, 7 out\n"
        "\n"
        "2. POST /v1/responses → 200 in 0.41 s\n"
        "   user         Say it.\n"
        "   assistant    It is 18 °C.\n"
        "   status       completed, gpt-5, 5 tokens in, 7 out\n"
        "   timeline     0.20 created · 0.20 in_progress · 0.30 output_item.added · 0.30 content_part.added · 0.31\n"
        "                output_text.delta \N{MULTIPLICATION SIGN}2 "
        "· 0.40 output_text.done · 0.40 content_part.done · 0.40 output_item.done\n"
        "                · 0.41 completed\n"
        "\n"
        "3. POST /v1/responses → 429, broken off by the upstream\n"
        "   error        Slow down.\n"
        "\n"
        "4. GET /logo → 200\n"
        "   reply        9 bytes\n"
    )


@pytest.mark.parametrize(
    ("item", "line"),
    [
        pytest.param(
            {"type": "computer_call", "call_id": "call_1", "actions": [{"type": "screenshot"}]},
            '   computer_call call_1 {"type": "screenshot"}',
            id="actions",
        ),
        pytest.param(
            {"type": "mcp_approval_response", "approve": True}, "   mcp_approval_response True", id="approval"
        ),
        pytest.param(
            {"type": "image_generation_call", "result": "aGk=", "revised_prompt": "A bird."},
            "   image_generation_call A bird.",
            id="prompt of a picture",
        ),
    ],
)
def test_show_tells_what_each_item_says(written, item, line):
    assert line in show(load(written(RecordedExchange(request_body={"input": [item]})))).splitlines()
