"""Tests of the certificate of a bench."""

import socket
import ssl
from pathlib import Path
from threading import Thread

import pytest

from cop.bench.certificate import write_certificate


def test_a_client_that_trusts_it_trusts_its_address_alone(tmp_path: Path) -> None:
    public, private = write_certificate(tmp_path, "127.0.0.1")
    assert private.stat().st_mode & 0o777 == 0o600
    shown = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    shown.load_cert_chain(public, private)
    trusted = ssl.create_default_context(cafile=public)

    def answer(listening: socket.socket) -> None:
        for _ in range(2):
            accepted, _ = listening.accept()
            with accepted:
                try:
                    shown.wrap_socket(accepted, server_side=True).close()
                except OSError:
                    continue

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = Thread(target=answer, args=(listening,))
        thread.start()
        address = listening.getsockname()
        with socket.create_connection(address) as plain:
            trusted.wrap_socket(plain, server_hostname="127.0.0.1").close()
        with (
            socket.create_connection(address) as plain,
            pytest.raises(ssl.SSLCertVerificationError, match=r"192\.0\.2\.1"),
        ):
            trusted.wrap_socket(plain, server_hostname="192.0.2.1")
        thread.join()
