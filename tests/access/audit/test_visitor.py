"""What one stretch of work is known by."""

import pytest

from cop.access.audit.visitor import name_session
from cop.access.identity import SESSION_COOKIE
from tests.support.access import shipped_policy

pytestmark = pytest.mark.access


def test_a_session_is_known_by_its_viewer_and_never_by_its_token() -> None:
    viewer = shipped_policy().operator()
    assert name_session(viewer, {}) == "operator"
    one, other = (name_session(viewer, {SESSION_COOKIE: token}) for token in ("a" * 43, "b" * 43))
    assert len({"operator", one, other}) == 3
    assert "a" * 8 not in one
