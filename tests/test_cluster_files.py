"""The files that start a cluster: they name settings that there are, and each other's parts."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic_settings import BaseSettings

from cop import settings
from cop.app import build_settings
from cop.bench.certificate import write_certificate
from cop.resource import package_path
from cop.settings import StoreSettings, UploadSettings, WebSettings
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.scale

FOLDER = package_path("data", "cluster")
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROXY = (FOLDER / "haproxy.cfg").read_text(encoding="utf-8")
SERVERS = dict(re.findall(r'^ +server (\w+) "\$\{(\w+)\}" cookie \1$', PROXY, re.MULTILINE))
"""The servers of the proxy, each with the variable that has its address."""
FROM_ENV = re.compile(r"\$\{(\w+)(:[?-])([^}]*)\}")
KINDS = [k for k in vars(settings).values() if isinstance(k, type) and issubclass(k, BaseSettings)]
NAMES = {f"COP_{name.upper()}" for kind in KINDS for name in kind.model_fields}


def read_env(name: str) -> dict[str, str]:
    """The variables of a file as systemd reads it."""
    lines = (FOLDER / name).read_text(encoding="utf-8").splitlines()
    pairs = (line.split("=", 1) for line in lines if line and not line.startswith("#"))
    return {key: value.strip('"') for key, value in pairs}


def address_of(service: str) -> str:
    """The fixed address of a service on the network of the servers."""
    return str(SERVICES[service]["networks"]["inside"]["ipv4_address"])


def read_settings(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> WebSettings:
    """The settings of a server that has this environment alone."""
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, FROM_ENV.sub("cop.example.org", value))
    build_settings(UploadSettings)
    assert build_settings(StoreSettings).database
    return build_settings(WebSettings)


SERVER_ENVIRONMENTS = {
    **{name: SERVICES[name]["environment"] for name in SERVERS},
    "cop.env": read_env("cop.env"),
}


@pytest.mark.parametrize("place", SERVER_ENVIRONMENTS)
def test_a_server_is_given_settings_that_there_are(
    place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = SERVER_ENVIRONMENTS[place]
    assert {name for name in environment if name.startswith("COP_")} <= NAMES
    web = read_settings(environment, monkeypatch)
    assert web.sign_in == ("local",)
    assert web.secure_cookie
    assert web.names == ("cop.example.org",)
    proxy = address_of("proxy") if place in SERVERS else "192.0.2.10"
    assert web.trusted_proxies == (proxy,)


@pytest.mark.parametrize("place", ["compose.yaml", "haproxy.env"])
def test_the_proxy_is_given_what_its_file_reads(place: str) -> None:
    read = set(re.findall(r"\$\{(\w+)\}", PROXY))
    given = SERVICES["proxy"]["environment"] if place == "compose.yaml" else read_env(place)
    assert set(given) == read
    assert len({given[variable] for variable in SERVERS.values()}) == len(SERVERS)


def test_the_proxy_asks_the_servers_of_the_compose_file() -> None:
    assert set(SERVICES) == {"database", "proxy", *SERVERS}
    given = SERVICES["proxy"]["environment"]
    port = WebSettings.model_fields["port"].default
    for name, variable in SERVERS.items():
        assert given[variable] == f"{address_of(name)}:{port}"
    ours = read_env("cop.env")
    assert f"{ours['COP_HOST']}:{port}" in read_env("haproxy.env").values()


def test_the_proxy_alone_is_reached_from_outside() -> None:
    assert COMPOSE["networks"]["inside"]["internal"] is True
    for name, service in SERVICES.items():
        assert ("ports" in service) is (name == "proxy")
        assert "network_mode" not in service
        networks = {"inside", "outside"} if name == "proxy" else {"inside"}
        assert set(service["networks"]) == networks
        assert service["restart"] == "unless-stopped"
        assert "privileged" not in service


def test_servers_share_the_warehouse_and_nothing_else() -> None:
    volumes = [set(SERVICES[name]["volumes"]) for name in SERVERS]
    shared = {"warehouse:/srv/cop/warehouse"}
    assert set.intersection(*volumes) == shared
    own = [one for found in volumes for one in found - shared]
    assert len(own) == len(set(own)) == len(SERVERS)
    assert {one.split(":")[1] for one in own} == {"/var/cache/cop"}
    image = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    assert "COP_DATA=/srv/cop/warehouse COP_SERVING_FOLDER=/var/cache/cop" in image
    named = {one.split(":")[0] for s in SERVICES.values() for one in s["volumes"]}
    assert {one for one in named if re.fullmatch(r"\w+", one)} == set(COMPOSE["volumes"])


@pytest.mark.parametrize("name", SERVERS)
def test_a_server_in_a_container_has_no_more_than_bubblewrap_needs(name: str) -> None:
    assert SERVICES[name]["cap_drop"] == ["ALL"]
    assert SERVICES[name]["security_opt"] == ["no-new-privileges", "systempaths=unconfined"]
    docker = yaml.safe_load((FOLDER / "docker.yaml").read_text(encoding="utf-8"))["services"]
    assert set(docker) == set(SERVERS)
    assert docker[name] == {"security_opt": ["seccomp=unconfined", "apparmor=unconfined"]}


def test_the_unit_lets_bubblewrap_start() -> None:
    unit = (FOLDER / "cop.service").read_text(encoding="utf-8").splitlines()
    stated = {line.partition("=")[0] + "=" for line in unit if re.match(r"\w+=", line)}
    assert {"NoNewPrivileges=", "ProtectSystem=", "CapabilityBoundingSet="} <= stated
    (reason,) = re.findall(r"# Left out is (.*?)\n\n", "\n".join(unit) + "\n", re.DOTALL)
    left_out = set(re.findall(r"\b\w+=", reason))
    assert "RestrictNamespaces=" in left_out
    assert stated & left_out == set()
    environment = read_env("cop.env")
    assert environment["COP_SERVING_FOLDER"] == "/var/cache/cop"
    assert {"CacheDirectory=cop", "ReadWritePaths=/srv/cop", "User=cop"} <= set(unit)
    assert environment["COP_DATA"].startswith("/srv/cop/")


def test_what_an_image_is_made_of_is_there() -> None:
    text = (FOLDER / "Containerfile").read_text(encoding="utf-8")
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", text, re.MULTILINE)
    parts = [part for line in copied for part in line.split()]
    assert {"requirements.txt", "cop", "layers", "pages"} <= set(parts)
    assert [part for part in parts if not list(CHECKOUT.glob(part))] == []
    for name in SERVERS:
        build = SERVICES[name]["build"]
        assert (FOLDER / build["context"]).resolve() == CHECKOUT
        assert (CHECKOUT / build["dockerfile"]).samefile(FOLDER / "Containerfile")


def test_no_file_of_a_cluster_has_a_secret() -> None:
    for path in FOLDER.iterdir():
        if path.name in {".env", "proxy.pem"}:
            continue
        text = path.read_text(encoding="utf-8")
        assert "PRIVATE KEY" not in text
        stated = re.findall(r"^\W*\w*(?:PASSWORD|SECRET|TOKEN)\w*[:=] *(.*)$", text, re.M)
        for value in stated:
            found = FROM_ENV.fullmatch(value)
            assert found, f"{path.name}: {value}"
            assert found[2] == ":?", "what is secret has no default"


def test_shown_haproxy_takes_its_file(tmp_path: Path) -> None:
    certificate, key = write_certificate(tmp_path, "127.0.0.1")
    both = tmp_path / "proxy.pem"
    both.write_bytes(certificate.read_bytes() + key.read_bytes())
    given = SERVICES["proxy"]["environment"] | {
        "COP_PROXY_CERTIFICATE": str(both),
        "COP_PROXY_SOCKET": str(tmp_path / "admin.sock"),
    }
    command = ["haproxy", "-c", "-f", str(FOLDER / "haproxy.cfg")]
    done = subprocess.run(
        command, env=os.environ | given, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "[WARNING]" not in done.stderr
