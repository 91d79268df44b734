"""The address for other programs on the Data page."""

from pathlib import Path

import pytest

from cop.ui.page.data.connection import describe_programs, describe_sign_in
from tests.ui.conftest import RunPage

pytestmark = pytest.mark.exchange


def test_shown_the_page_has_the_address_with_a_line_for_each_program(
    run_page: RunPage, own_warehouse: Path
) -> None:
    page = run_page("Data", own_warehouse)
    assert not page.exception
    assert any(block.value.endswith("/ogc") for block in page.code)
    words = "\n".join(block.value for block in page.markdown)
    for name in ("QGIS", "GDAL", "ArcGIS Pro", "STAC"):
        assert f"**{name}**" in words


def test_the_commands_name_the_server() -> None:
    words = describe_programs("http://a:8501")
    assert 'ogrinfo "OAPIF:http://a:8501/ogc"' in words
    assert "`http://a:8501/stac`" in words


@pytest.mark.parametrize(
    ("ways", "has_key", "told"),
    [
        ((), False, ""),
        ((), True, "X-Cop-Room-Key"),
        (("certificate",), False, "the certificate"),
        (("local", "certificate"), True, "X-Cop-Room-Key or the certificate"),
        (("local", "oidc"), False, "sends a token from who runs this server, as the password"),
        (("oidc",), False, "ask its operator"),
    ],
)
def test_how_a_program_says_who_it_is_of(ways: tuple[str, ...], has_key: bool, told: str) -> None:
    words = describe_sign_in(ways, has_key=has_key)
    assert told in words
    assert bool(words) is bool(told)
