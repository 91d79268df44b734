"""The page where who releases chooses an agency to look as."""

from pathlib import Path

import pytest

from cop.access.access import VIEW_AS_COOKIE
from cop.server.view_as import VIEW_AS_PATH
from tests.server.test_gate import Gated

pytestmark = pytest.mark.access

FORM = {"Origin": "http://localhost", "Content-Type": "application/x-www-form-urlencoded"}


def choose(gated: Gated, agency: str, **headers: str) -> int:
    answer = gated.client.post(
        VIEW_AS_PATH, headers=FORM | headers, content=f"agency={agency}".encode()
    )
    return answer.status_code


def test_who_releases_chooses_an_agency_and_goes_back(tmp_path: Path) -> None:
    gated = Gated(tmp_path, sign_in=["local"])
    gated.sign_in("curator")
    page = gated.client.get(VIEW_AS_PATH)
    assert page.status_code == 200
    assert "SO-1: A county sheriff&#x27;s office" in page.text
    assert choose(gated, "SO-1") == 303
    assert gated.client.cookies[VIEW_AS_COOKIE] == "SO-1"
    assert '<option value="SO-1" selected>' in gated.client.get(VIEW_AS_PATH).text
    assert choose(gated, "") == 303
    assert VIEW_AS_COOKIE not in gated.client.cookies
    assert gated.recorded.briefly()[-2:] == [
        ("local:ana", "view as", "done"), ("local:ana", "view as", "done"),
    ]  # fmt: skip


def test_others_may_not_and_a_cookie_of_theirs_does_nothing(tmp_path: Path) -> None:
    gated = Gated(tmp_path, sign_in=["local"])
    assert gated.client.get(VIEW_AS_PATH).headers["location"] == "/sign-in"
    gated.sign_in("commander")
    assert gated.client.get(VIEW_AS_PATH).status_code == 403
    assert choose(gated, "SO-1") == 403
    viewer = gated.access.accounts.find_viewer("local:ana")
    assert viewer is not None
    assert gated.access.look_as(viewer, {VIEW_AS_COOKIE: "SO-1"}) == viewer


def test_an_agency_that_is_not_there_and_forms_of_others_are_refused(tmp_path: Path) -> None:
    gated = Gated(tmp_path, sign_in=["local"])
    gated.sign_in("curator")
    assert choose(gated, "NSA") == 400
    assert choose(gated, "SO-1", Origin="http://evil.example") == 403


def test_it_narrows_what_a_viewer_reads_and_never_widens_it(tmp_path: Path) -> None:
    gated = Gated(tmp_path, sign_in=["local"])
    gated.sign_in("curator")
    policy = gated.access.policy
    viewer = gated.access.accounts.find_viewer("local:ana")
    assert viewer is not None
    seen = policy.release(gated.access.look_as(viewer, {VIEW_AS_COOKIE: "SO-1"}))
    own, other = policy.release(viewer), policy.agency_release("SO-1")
    assert own is not None and seen is not None
    for marking in ("TLP:CLEAR", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN//REL TO SO-1",
                    "TLP:AMBER//REL TO JTF", "TLP:AMBER//REL TO JTF, SO-1"):  # fmt: skip
        assert seen.admits(marking) == (own.admits(marking) and other.admits(marking))
