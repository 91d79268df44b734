"""Tests of the connection to a TAK server: each fault is one clear line."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from cop.errors import SettingsError
from cop.exchange.tak.connection import read_address
from cop.settings import TakSettings
from tests.support.command import free_port, run_cop
from tests.support.tak import (
    Authority,
    Identity,
    Taky,
    make_authority,
    running_taky,
    tak_environment,
)

pytestmark = pytest.mark.exchange


@pytest.fixture(scope="module")
def taky(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Taky]:
    with running_taky(tmp_path_factory.mktemp("taky")) as running:
        yield running


@pytest.fixture(scope="module")
def identity(taky: Taky) -> Identity:
    return taky.authority.issue("cop")


@pytest.fixture
def own(tmp_path: Path) -> Authority:
    return make_authority(tmp_path / "own")


def settings_of(authority: Authority, identity: Identity, address: str) -> TakSettings:
    return TakSettings(
        tak_address=address, tak_certificate=identity.certificate, tak_key=identity.key,
        tak_authority=authority.path,
    )  # fmt: skip


def check(port: int, authority: Authority, identity: Identity, **changed: str) -> str:
    """What `cop tak check` says, which has to be one line."""
    environment = tak_environment(port, authority, identity) | changed
    done = run_cop("tak", "check", environment=environment)
    said = (done.stdout + done.stderr).strip()
    assert "\n" not in said
    assert (done.returncode == 0) == said.endswith("knows us and answers")
    return said


@pytest.mark.full
def test_a_tak_server_that_knows_us_answers(taky: Taky, identity: Identity) -> None:
    assert check(taky.port, taky.authority, identity) == (
        f"127.0.0.1:{taky.port}: a TAK server, which knows us and answers"
    )


@pytest.mark.full
def test_shown_each_fault_of_a_connection_is_one_clear_line(
    taky: Taky, identity: Identity, own: Authority
) -> None:
    stranger = own.issue("stranger")
    assert "the server refused our certificate" in check(taky.port, taky.authority, stranger)
    assert "the server's certificate is not to be trusted" in check(taky.port, own, identity)
    assert "refused: no server listens on that port" in check(free_port(), taky.authority, identity)
    elsewhere = check(
        taky.port, taky.authority, identity, COP_TAK_ADDRESS=f"tls://localhost:{taky.port}"
    )
    assert "wrong host: the server's certificate is not for it" in elsewhere
    nowhere = check(taky.port, taky.authority, identity, COP_TAK_ADDRESS="tls://no.invalid:8089")
    assert "no machine of that name" in nowhere


@pytest.mark.full
def test_what_speaks_no_tls_is_not_a_tak_server(taky: Taky, identity: Identity) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()

        def answer() -> None:
            near, _ = listener.accept()
            with near:
                near.recv(4_096)
                near.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        said = check(listener.getsockname()[1], taky.authority, identity)
        thread.join()
    assert "no TLS with it" in said
    assert "not a TAK server's TLS port" in said


def test_all_of_the_settings_are_needed() -> None:
    with pytest.raises(SettingsError, match="set COP_TAK_ADDRESS, COP_TAK_CERTIFICATE, COP_TAK_KE"):
        read_address(TakSettings())


@pytest.mark.parametrize(
    "address",
    ["tcp://a:8087", "a:8089", "tls://a", "tls://:8089", "tls://a:99999", "tls://a:8089/x"],
)
def test_an_address_is_tls_a_host_and_a_port(address: str) -> None:
    with pytest.raises(SettingsError, match="write tls://HOST:PORT"):
        TakSettings(tak_address=address)


def test_a_key_that_others_may_read_is_refused(own: Authority) -> None:
    identity = own.issue("cop")
    identity.key.chmod(0o640)
    with pytest.raises(SettingsError, match=r"others on this machine can read .*run `chmod 600"):
        read_address(settings_of(own, identity, "tls://a:8089"))


def test_files_that_are_none_are_named(own: Authority) -> None:
    identity = own.issue("cop")
    other = own.issue("other")
    mixed = Identity(identity.certificate, other.key)
    with pytest.raises(SettingsError, match="not the PEM files of a certificate and its key"):
        read_address(settings_of(own, mixed, "tls://a:8089"))
    own.path.write_text("nothing")
    with pytest.raises(SettingsError, match="not a PEM file of an authority"):
        read_address(settings_of(own, identity, "tls://a:8089"))
    identity.key.unlink()
    with pytest.raises(SettingsError, match="cannot read the key for the TAK server"):
        read_address(settings_of(own, identity, "tls://a:8089"))


def test_a_server_without_our_authority_is_never_trusted(own: Authority) -> None:
    address = read_address(settings_of(own, own.issue("cop"), "tls://a:8089"))
    assert address.tls.check_hostname
    assert address.tls.verify_mode.name == "CERT_REQUIRED"
    assert len(address.tls.get_ca_certs()) == 1
