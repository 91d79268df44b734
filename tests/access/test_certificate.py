"""Tests of the subjects of certificates: names, units, and what is none."""

from pathlib import Path

import pytest
import yaml

from cop.access.certificate import SUBJECT_HEADER, VERIFY_HEADER, CertificateWay
from cop.access.identity import Credentials
from cop.access.policy import read_policy
from cop.access.viewer import Viewer
from cop.resource import package_path

pytestmark = pytest.mark.access


@pytest.fixture
def way(tmp_path: Path) -> CertificateWay:
    stored = yaml.safe_load(package_path("data", "access.yaml").read_text())
    stored["groups"] = {
        "analysts": {"agency": "JTF", "roles": ["analyst"]},
        "leads": {"agency": "JTF", "roles": ["commander"], "highest": "TLP:RED"},
        "county": {"agency": "SO-1", "roles": ["viewer"]},
    }
    path = tmp_path / "access.yaml"
    path.write_text(yaml.safe_dump(stored))
    return CertificateWay(read_policy(path))


def find(way: CertificateWay, subject: str, verify: str | None = "SUCCESS") -> Viewer | None:
    headers = {SUBJECT_HEADER: subject} | ({} if verify is None else {VERIFY_HEADER: verify})
    credentials = Credentials(cookies={}, headers=headers)
    found = way.find(credentials, is_use=True)
    assert way.recall(credentials, is_use=False) == found
    return found


def test_units_are_groups_and_the_name_is_the_common_name(way: CertificateWay) -> None:
    viewer = find(way, "CN=Ana B,OU=analysts,OU=leads,OU=others,O=JTF,C=US")
    assert viewer is not None
    assert (viewer.name, viewer.agency, viewer.origin) == ("Ana B", "JTF", "certificate")
    assert (viewer.roles, viewer.highest) == ({"analyst", "commander"}, "TLP:RED")
    assert viewer.verified
    same = find(way, "CN=Ana B,OU=analysts,OU=leads,OU=others,O=JTF,C=US")
    other = find(way, "CN=Ana B,OU=analysts,O=JTF,C=US")
    assert same is not None
    assert other is not None
    assert viewer.id == same.id != other.id
    assert viewer.id.startswith("cert:")


@pytest.mark.parametrize(
    "subject",
    [
        "",
        "CN=Ana",
        "CN=Ana,OU=others",
        "OU=analysts",
        "CN=Ana,CN=Ben,OU=analysts",
        "CN=Ana,OU=analysts,OU=county",
        "CN=Ana\\,OU=analysts",
        "nonsense",
        "CN=Ana,OU=Analysts",
        "CN=" + "x" * 2_000 + ",OU=analysts",
    ],
)
def test_what_is_no_known_subject_is_of_nobody(way: CertificateWay, subject: str) -> None:
    assert find(way, subject) is None


@pytest.mark.parametrize("verify", [None, "", "NONE", "FAILED:certificate has expired", "success"])
def test_a_certificate_that_was_not_verified_is_of_nobody(
    way: CertificateWay, verify: str | None
) -> None:
    assert find(way, "CN=Ana,OU=analysts", verify) is None


def test_only_a_stated_subject_is_looked_at(way: CertificateWay) -> None:
    assert not way.is_addressed(Credentials(cookies={}, headers={VERIFY_HEADER: "SUCCESS"}))
