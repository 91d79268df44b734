"""Tests of what forms share; tests/server/test_shared_key.py posts hostile ones."""

import pytest

from cop.server.form import FORM_HEADERS, LONGEST_ADDRESS, settle_address

pytestmark = pytest.mark.access

PAGES = ("/", "/Wall")


@pytest.mark.parametrize(
    ("stated", "settled"),
    [
        ("/Wall", "/Wall"),
        ("/Wall?a=1&b=%20", "/Wall?a=1&b=%20"),
        ("/?a=1", "/?a=1"),
        ("/Wall?", "/Wall"),
        ("/Wall?a=" + "x" * LONGEST_ADDRESS, "/Wall"),
        ("/Other", "/"),
        ("/Wall/", "/"),
        ("/Wall#x", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example/Wall", "/"),
        ("", "/"),
    ],
)
def test_an_address_leads_to_a_page_of_ours_alone(stated: str, settled: str) -> None:
    assert settle_address(stated, PAGES) == settled


def test_pages_with_a_form_run_no_script() -> None:
    policy = FORM_HEADERS["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert "form-action 'self'" in policy
