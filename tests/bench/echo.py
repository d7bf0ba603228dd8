"""What no server can beat: a bare aiohttp WebSocket that sends back each frame as it came. Run as `python echo.py`."""

import asyncio

from aiohttp import web


async def echo(request: web.BaseRequest) -> web.StreamResponse:
    """Every text frame, back."""
    socket = web.WebSocketResponse(max_msg_size=0)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


async def serve() -> None:
    """Listen until the process is ended; say where."""
    runner = web.ServerRunner(web.Server(echo, access_log=None))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}/v1", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(serve())
