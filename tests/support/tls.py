"""A front with a certificate before a plain server, which can be cut in the middle."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from cop.bench.certificate import write_certificate


@dataclass
class Front:
    """Where the front is, its certificate, and what went through it to and from the server.

    After ``cut_after`` bytes one way the connection is cut, once.
    """

    address: str
    authority: Path
    cut_after: dict[str, int] = field(default_factory=dict)
    passed: dict[str, int] = field(default_factory=lambda: {"up": 0, "down": 0})
    cuts: int = 0


@contextmanager
def fronting(base: str, folder: Path) -> Iterator[Front]:
    """Put a front with a certificate before the server of an address."""
    certificate, key = write_certificate(folder, "127.0.0.1")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    listening = socket.create_server(("127.0.0.1", 0))
    front = Front(f"https://127.0.0.1:{listening.getsockname()[1]}", certificate)
    to = int(urlsplit(base).port or 80)

    def serve() -> None:
        while True:
            try:
                plain, _ = listening.accept()
            except OSError:
                return
            Thread(target=_serve_one, args=(front, context, plain, to), daemon=True).start()

    Thread(target=serve, daemon=True).start()
    try:
        yield front
    finally:
        # Closing alone does not wake who waits for a connection.
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def _serve_one(front: Front, context: ssl.SSLContext, plain: socket.socket, to: int) -> None:
    with suppress(OSError):
        near = context.wrap_socket(plain, server_side=True)
        try:
            far = socket.create_connection(("127.0.0.1", to))
        except OSError:
            near.close()
            return
        Thread(target=_pass_on, args=(front, "up", near, far), daemon=True).start()
        _pass_on(front, "down", far, near)


def _pass_on(front: Front, way: str, source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while piece := source.recv(16_384):
            front.passed[way] += len(piece)
            if way in front.cut_after and front.passed[way] > front.cut_after[way]:
                del front.cut_after[way]
                front.cuts += 1
                break
            target.sendall(piece)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
