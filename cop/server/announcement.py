"""The addresses to open, printed once the server answers: before, a browser is refused."""

import asyncio
from urllib.parse import urlsplit

from cop.server.host import build_addresses
from cop.settings import WebSettings

_RETRY_SECONDS = 0.02


async def announce(web: WebSettings) -> None:
    """Wait until the server accepts connections, then print its addresses and what they ask."""
    addresses = build_addresses(web.host, web.port, web.names)
    await _await_listening(addresses[-1])
    for address in addresses:
        print(f"cop: serving at {address}", flush=True)  # noqa: T201 the address
    if web.sign_in:
        print(f"cop: viewers sign in ({', '.join(web.sign_in)})", flush=True)  # noqa: T201 the same
    if web.room_key_file:
        print(f"cop: viewers need the room key in {web.room_key_file}", flush=True)  # noqa: T201 the same


async def _await_listening(address: str) -> None:
    place = urlsplit(address)
    while True:
        try:
            _, writer = await asyncio.open_connection(place.hostname, place.port)
        except OSError:
            await asyncio.sleep(_RETRY_SECONDS)
        else:
            writer.close()
            return
