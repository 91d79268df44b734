"""Tests of the manifest of a package: what it may say of itself."""

import json
from datetime import UTC, timedelta

import pytest

from cop.exchange.manifest import MOST_FILES, Manifest
from tests.support.partner import MADE_AT, Node, make_node, manifest_of

pytestmark = pytest.mark.exchange


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Node, Node]:
    folder = tmp_path_factory.mktemp("pair")
    return make_node(folder, "JTF"), make_node(folder, "DPS")


def a_file(name: str = "a.txt", **stated: object) -> dict[str, object]:
    return {"name": name, "sha256": "0" * 64, "size": 1, **stated}


def test_the_same_manifest_is_the_same_bytes(pair: tuple[Node, Node]) -> None:
    """The signature is over these bytes."""
    manifest = manifest_of(*pair, files=(a_file(),))
    assert Manifest.model_validate_json(manifest.encode()).encode() == manifest.encode()
    assert manifest.encode().isascii()
    names = [*json.loads(manifest.encode())]
    assert names == sorted(names)


@pytest.mark.parametrize(
    "name", ["../a.txt", "/etc/passwd", "a/../b.txt", "a/b/c.txt", ".a.txt", "A.txt", "a", ""]
)
def test_a_file_has_a_plain_name(pair: tuple[Node, Node], name: str) -> None:
    with pytest.raises(ValueError, match="name"):
        manifest_of(*pair, files=(a_file(name),))


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        ({"since": 1}, "follows none after it"),
        ({"expires_at": MADE_AT}, "expires before"),
        ({"marking": "SECRET"}, "use one of TLP:CLEAR"),
        ({"sender": "../x"}, "codes of agencies"),
        ({"files": 2 * (a_file(),)}, "named twice"),
        ({"files": (MOST_FILES + 1) * (a_file(),)}, "at most"),
        ({"files": (a_file(sha256="0"),)}, "sha256"),
        ({"files": (a_file(size=-1),)}, "size"),
        ({"number": 2**63}, "number"),
        ({"number": 10**12 + 1}, "number"),
        ({"version": 2**63}, "version"),
        ({"has": 2**63}, "has"),
        ({"files": (a_file(size=2**63),)}, "size"),
        ({"files": (a_file(rows=2**63),)}, "rows"),
        ({"files": (a_file(f"{'a' * 60}/{'b' * 60}.txt"),)}, "name"),
        ({"expires_at": MADE_AT + timedelta(days=367)}, "valid for more than 366 days"),
        ({"made_at": MADE_AT.replace(tzinfo=UTC)}, "naive UTC"),
        ({"number": 0}, "number"),
        ({"since": -1}, "since"),
        ({"has": -1}, "has"),
        ({"expires_at": MADE_AT - timedelta(days=1)}, "expires before"),
    ],
)
def test_a_manifest_is_consistent(
    pair: tuple[Node, Node], stated: dict[str, object], words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        manifest_of(*pair, **stated)
