"""What no server can beat: bare aiohttp that sends constant bytes in one send.

Run as `python bare.py PORT STREAM_FILE JSON_FILE`: a body with `"stream": true` is answered by the first file, in
chunked encoding, any other by the second.
"""

import asyncio
import sys
from pathlib import Path

from aiohttp import web

HEADERS = {"x-request-id": "req_0123456789abcdef0123456789abcdef", "openai-version": "2020-10-01"}


async def serve(port: int, stream: bytes, whole: bytes) -> None:
    """Serve until killed."""

    async def answer(request: web.BaseRequest) -> web.StreamResponse:
        body = await request.read()
        if b'"stream": true' not in body:
            return web.Response(body=whole, headers={**HEADERS, "content-type": "application/json"})
        response = web.Response(body=stream, headers={**HEADERS, "content-type": "text/event-stream; charset=utf-8"})
        response.enable_chunked_encoding()
        return response

    runner = web.ServerRunner(web.Server(answer, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    sys.stdout.write(f"Base URL: http://127.0.0.1:{runner.addresses[0][1]}/v1\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), Path(sys.argv[2]).read_bytes(), Path(sys.argv[3]).read_bytes()))
