"""The style of a raster: its breaks and its ramp."""

import pytest

from cop.errors import LayerError
from cop.model.palette import RAMPS
from cop.ui.page.upload.grid import build_ramp, step_breaks

pytestmark = pytest.mark.layers


def test_breaks_are_equal_steps_between_two_numbers() -> None:
    assert step_breaks(0.0, 10.0, 5) == (2, 4, 6, 8)
    assert step_breaks(-1.0, 1.0, 2) == (0,)
    for low, high in ((5.0, 5.0), (6.0, 5.0), (None, 1.0), (1.0, 1.0 + 1e-9)):
        with pytest.raises(LayerError, match="From"):
            step_breaks(low, high, 7)


@pytest.mark.parametrize("name", RAMPS)
def test_a_ramp_runs_from_its_first_colour_to_its_last_or_back(name: str) -> None:
    there = build_ramp(name, (1.0, 2.0), unit="mm", reverse=False).paints
    back = build_ramp(name, (1.0, 2.0), unit="mm", reverse=True).paints
    assert there == back[::-1] == (RAMPS[name][0], RAMPS[name][3], RAMPS[name][6])
