"""The frame of every page: chips, banners, and errors with a way out."""

import pytest

from cop.ui.component.frame import build_banner, build_chips, summarize_caveats
from tests.ui.component.conftest import OpenScript

pytestmark = pytest.mark.sources

FOUL = "<img src=x onerror=alert(1)>"


def test_synthetic_is_a_chip_beside_the_marking() -> None:
    assert "SYNTHETIC" not in build_chips("TLP:GREEN", synthetic=False)
    both = build_chips("TLP:GREEN", synthetic=True)
    assert both.index("TLP:GREEN") < both.index("SYNTHETIC")


def test_caveats_are_summed_up_by_the_first_of_them() -> None:
    assert summarize_caveats(["records are missing"]) == "Records are missing"
    assert summarize_caveats(["a", "b", "c"]) == "A (and 2 more)"


def test_the_banner_holds_every_caveat_as_text() -> None:
    banner = build_banner(["records are missing", FOUL])
    assert "QUARANTINE" in banner
    assert "Records are missing (and 1 more)" in banner
    assert "<img" not in banner


def test_an_error_is_shown_with_a_way_back(open_script: OpenScript) -> None:
    def script() -> None:
        import streamlit as st

        from cop.errors import FilterError
        from cop.ui.component.frame import render_page

        def fail() -> None:
            raise FilterError("sector='XXX': unknown. Use one of TCA, RGV")

        st.query_params["sector"] = "XXX"
        render_page(fail)

    page = open_script(script).run()
    assert not page.exception
    assert [error.value for error in page.error] == ["sector='XXX': unknown. Use one of TCA, RGV"]
    assert [button.label for button in page.button] == ["Open the default Picture"]
