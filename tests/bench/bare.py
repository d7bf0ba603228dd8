"""What no server can beat: bare aiohttp that sends constant bytes in one send.

Run as `python bare.py STREAM_FILE JSON_FILE [GAP]`: a body that names `stream` is answered by the first file, in
chunked encoding, any other by the second. With a GAP the stream leaves in 21 parts, that many seconds apart.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web

HEADERS = {"x-request-id": "req_0123456789abcdef0123456789abcdef", "openai-version": "2020-10-01"}
STREAM = {**HEADERS, "content-type": "text/event-stream; charset=utf-8"}
JSON = {**HEADERS, "content-type": "application/json"}
PARTS = 21


def answering(
    stream: bytes, whole: bytes, *, gap: float = 0.0
) -> Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]:
    """A handler that knows two answers."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        if b'"stream"' not in body:
            return web.Response(body=whole, headers=JSON)
        if gap:
            return await _slowly(request, stream, gap)
        response = web.Response(body=stream, headers=STREAM)
        response.enable_chunked_encoding()
        return response

    return answer


async def _slowly(request: web.BaseRequest, stream: bytes, gap: float) -> web.StreamResponse:
    """The parts at absolute deadlines, the first at once."""
    response = web.StreamResponse(headers=STREAM)
    loop = asyncio.get_running_loop()
    start = loop.time()
    await response.prepare(request)
    length = -(-len(stream) // PARTS)
    for part in range(PARTS):
        await asyncio.sleep(start + part * gap - loop.time())
        await response.write(stream[part * length : (part + 1) * length])
    await response.write_eof()
    return response


async def listen(stream: bytes, whole: bytes, *, gap: float = 0.0) -> int:
    """Listen on a free port, which it gives, until the loop ends."""
    runner = web.ServerRunner(web.Server(answering(stream, whole, gap=gap), access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    return int(runner.addresses[0][1])


async def serve(stream: bytes, whole: bytes, *, gap: float) -> None:
    """Say where it listens, and serve until killed."""
    port = await listen(stream, whole, gap=gap)
    sys.stdout.write(f"Base URL: http://127.0.0.1:{port}/v1\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    files = [Path(name).read_bytes() for name in sys.argv[1:3]]
    asyncio.run(serve(files[0], files[1], gap=float("".join(sys.argv[3:]) or 0)))
