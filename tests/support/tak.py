"""A real TAK server (taky), its certificates, what is connected to it, a wire to cut."""

import datetime
import ipaddress
import os
import select
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element

import yaml
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID
from defusedxml.ElementTree import fromstring as parse_xml

from cop.model.tak import TakTypes
from tests.support.command import CHECKOUT, Process, free_port, start_cop

PEER = CHECKOUT / ".peer"
"""Where `make` installs taky: it needs an older Flask than the tests of sign-in."""
HANG_S = 60.0


@dataclass(frozen=True)
class Identity:
    """A certificate and its key, as PEM files; the key is for its owner alone."""

    certificate: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """An authority of certificates."""

    folder: Path
    name: str
    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @property
    def path(self) -> Path:
        """Its certificate."""
        return self.folder / f"{self.name}.pem"

    def issue(self, name: str, *, host: str | None = None) -> Identity:
        """Issue a certificate: of a server for a host, else of a client."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(name, key.public_key(), self.certificate.subject)
        if host is not None:
            names: list[x509.GeneralName] = [x509.DNSName(host)]
            with suppress(ValueError):
                names = [x509.IPAddress(ipaddress.ip_address(host))]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        made = builder.sign(self.key, SHA256())
        identity = Identity(self.folder / f"{name}.crt", self.folder / f"{name}.key")
        identity.certificate.write_bytes(made.public_bytes(Encoding.PEM))
        _write_key(identity.key, key)
        return identity


def make_authority(folder: Path, name: str = "authority") -> Authority:
    """Make an authority in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        _builder(name, key.public_key(), subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, SHA256())
    )
    authority = Authority(folder, name, key, made)
    authority.path.write_bytes(made.public_bytes(Encoding.PEM))
    return authority


def _builder(name: str, key: Any, issuer: x509.Name) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=2))
    )


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    path.touch(mode=0o600)
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@dataclass
class Taky:
    """taky on a port of its own; it can be killed and started again."""

    folder: Path
    authority: Authority
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        conf = self.folder / "taky.conf"
        identity = self.authority.issue("server", host="127.0.0.1")
        conf.write_text(
            "[taky]\nhostname = 127.0.0.1\nbind_ip = 127.0.0.1\n"
            f"root_dir = {self.folder}\n[cot_server]\nport = {self.port}\n"
            f"[ssl]\nenabled = true\nca = {self.authority.path}\n"
            f"cert = {identity.certificate}\nkey = {identity.key}\ncert_db = {self.folder}/db.txt\n"
        )
        with (self.folder / "taky.log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "taky.cot", "-c", str(conf), "-l", "warning"],
                env={**os.environ, "PYTHONPATH": str(PEER)}, stdout=log, stderr=log,
            )  # fmt: skip
        await_true(self._listens, "taky listens")

    def _listens(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "taky.log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self) -> None:
        """Kill it outright."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


@contextmanager
def running_taky(folder: Path) -> Iterator[Taky]:
    """Run taky with an authority of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    taky = Taky(folder, make_authority(folder), free_port())
    taky.start()
    try:
        yield taky
    finally:
        taky.kill()


class Wire:
    """A way to a port that can be cut: while it is, nobody answers there."""

    def __init__(self, target: int) -> None:
        self.port = free_port()
        self._target = target
        self._open = True
        self._ended = False
        self._listener: socket.socket | None = None
        self._pairs: dict[socket.socket, socket.socket] = {}
        self.carried = 0
        self._lock = threading.Lock()
        self._listen()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def cut(self) -> None:
        """Cut it: what is on its way is lost."""
        with self._lock:
            self._open = False
            self._drop()
            if self._listener is not None:
                self._listener.close()
                self._listener = None

    def mend(self) -> None:
        """Let it carry again."""
        with self._lock:
            self._listen()
            self._open = True

    def close(self) -> None:
        self.cut()
        self._ended = True
        self._thread.join()

    def _listen(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen()
        self._listener = listener

    def _drop(self) -> None:
        for one in [*self._pairs]:
            # Reset, not closed: nobody is told that it ends.
            with suppress(OSError):
                one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
            one.close()
        self._pairs.clear()

    def _carry(self) -> None:
        while not self._ended:
            with self._lock:
                sources = [*self._pairs, *([self._listener] if self._listener else [])]
            try:
                ready, _, _ = select.select(sources, [], [], 0.05)
            except (OSError, ValueError):
                continue
            with self._lock:
                for one in ready if self._open else ():
                    self._pass(one)

    def _pass(self, one: socket.socket) -> None:
        if one is self._listener:
            near, _ = one.accept()
            try:
                far = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                near.close()
                return
            self._pairs[near], self._pairs[far] = far, near
            return
        other = self._pairs.get(one)
        if other is None:
            return
        content = b""
        with suppress(OSError):
            content = one.recv(65_536)
        with suppress(OSError):
            other.sendall(content)
        self.carried += len(content)
        if not content:
            for end in (one, other):
                self._pairs.pop(end, None)
                end.close()


@dataclass
class Watcher:
    """A client of a TAK server that has what it sends, as a TAK client's map does: by uid."""

    port: int
    authority: Authority
    identity: Identity
    messages: list[bytes] = field(default_factory=list)
    _events: list[Element] = field(default_factory=list)
    _newest: dict[str, Element] = field(default_factory=dict)
    _rest: bytes = b""
    _ended: bool = False

    def start(self) -> None:
        """Connect, and read from now on."""
        context = ssl.create_default_context(cafile=str(self.authority.path))
        context.load_cert_chain(self.identity.certificate, self.identity.key)
        plain = socket.create_connection(("127.0.0.1", self.port))
        self.socket = context.wrap_socket(plain, server_hostname="127.0.0.1")
        self.socket.settimeout(0.1)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def send(self, *messages: str) -> None:
        """Send messages as another client."""
        for message in messages:
            # In a record of its own: taky leaves the rest of a long one lying.
            self.socket.sendall(message.encode())

    def stop(self) -> None:
        """Read no more."""
        self._ended = True
        self._thread.join()
        self.socket.close()

    def uids(self) -> list[str]:
        """The uids of all messages but tasks, in the order in which they came."""
        return [str(event.get("uid")) for event in self._take() if not _is_task(event)]

    def newest(self) -> dict[str, Element]:
        """What is on the map: the newest message of each uid, without those that were deleted."""
        self._take()
        return dict(self._newest)

    def _take(self) -> list[Element]:
        """Parse what came since, each message once."""
        for message in self.messages[len(self._events) :]:
            event = parse_xml(message)
            self._events.append(event)
            if event.get("type") == "t-x-d-d":
                for link in event.iter("link"):
                    self._newest.pop(str(link.get("uid")), None)
            elif not _is_task(event):
                self._newest[str(event.get("uid"))] = event
        return self._events

    def _read(self) -> None:
        while not self._ended:
            try:
                content = self.socket.recv(65_536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not content:
                return
            *whole, self._rest = (self._rest + content).split(b"</event>")
            self.messages += [one + b"</event>" for one in whole]


def _is_task(event: Element) -> bool:
    return str(event.get("type")).startswith("t-")


@contextmanager
def watching(taky: Taky, name: str = "watcher") -> Iterator[Watcher]:
    """Watch a TAK server as a client with a certificate."""
    watcher = Watcher(taky.port, taky.authority, taky.authority.issue(name))
    watcher.start()
    try:
        yield watcher
    finally:
        watcher.stop()


def position(
    uid: str = "ANDROID-1", *, callsign: str = "RANGER 1", type: str = "a-f-G-U-C",
    at: datetime.datetime | None = None, stale_s: float = 60, lon: float = -110.94,
    lat: float = 31.35, ce: str = "8", remarks: str = "", attributes: str = "",
) -> str:  # fmt: skip
    """A position of a unit, as a client sends it; ``at`` is naive UTC, now without it."""
    moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None) if at is None else at
    stale = moment + datetime.timedelta(seconds=stale_s)
    times = (
        f'time="{moment.isoformat()}Z" start="{moment.isoformat()}Z" stale="{stale.isoformat()}Z"'
    )
    return (
        f'<event version="2.0" uid="{uid}" type="{type}" how="m-g" {times}{attributes}>'
        f'<point lat="{lat}" lon="{lon}" hae="9999999.0" ce="{ce}" le="9999999.0"/>'
        f'<detail><contact callsign="{callsign}" endpoint="*:-1:stcp"/><__group name="Cyan" '
        f'role="Team Member"/><track course="0" speed="1"/><remarks>{remarks}</remarks></detail>'
        "</event>"
    )


def write_tak_file(folder: Path, **stated: Any) -> Path:
    """Write what a TAK server is given: events up to TLP:AMBER unless stated otherwise."""
    declared = {
        "agency": "TAK-1",
        "out": {"parts": ["events"], "rules": {"highest": "TLP:AMBER"}},
        **stated,
    }
    path = folder / "tak-file.yaml"
    path.write_text(yaml.safe_dump(declared))
    return path


def write_policy(folder: Path, host: str = "JTF") -> Path:
    """Write the usual policy with a TAK server as an agency, without small counts."""
    stated = yaml.safe_load((CHECKOUT / "data" / "access.yaml").read_text())
    stated["host"] = host
    stated["agencies"]["TAK-1"] = {"title": "TAK server", "highest": "TLP:AMBER"}
    stated["smallest_count"] = {}
    path = folder / "access.yaml"
    path.write_text(yaml.safe_dump(stated))
    return path


def tak_environment(port: int, authority: Authority, identity: Identity) -> dict[str, str]:
    """The settings of a connection."""
    return {
        "COP_TAK_ADDRESS": f"tls://127.0.0.1:{port}",
        "COP_TAK_CERTIFICATE": str(identity.certificate),
        "COP_TAK_KEY": str(identity.key),
        "COP_TAK_AUTHORITY": str(authority.path),
        "COP_TAK_SECONDS": "0.2",
    }


@contextmanager
def running_tak(
    data: Path, log: Path, *options: str | Path, environment: dict[str, str]
) -> Iterator[Process]:
    """Run `cop tak run`; it is stopped as an operator would at the end."""
    with log.open("ab") as out:
        process = start_cop(
            "tak", "run", "--data", data, *options, out=out, err=out, environment=environment
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.terminate()
                try:
                    process.wait(timeout=60)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()


def await_true(check: Callable[[], object], what: str, hang_s: float = HANG_S) -> None:
    """Wait for a state; AssertionError if it does not come about."""
    deadline = time.monotonic() + hang_s
    while not check():
        assert time.monotonic() < deadline, f"not in {hang_s:g} s: {what}"
        time.sleep(0.05)


def read_types() -> TakTypes:
    """The types of the program."""
    return TakTypes.model_validate(yaml.safe_load((CHECKOUT / "data" / "tak.yaml").read_text()))
