"""Tests of the data of a scene as tables."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pyogrio
import pytest

from cop.errors import HandoutError
from cop.export import table
from cop.export.annotated import TABLE
from cop.export.brief import Brief, HandoutScene, build_brief
from cop.export.table import ABOUT, defuse_table, render_csv, render_gpkg
from cop.model.moment import utc_now
from tests.support.still import make_brief

pytestmark = pytest.mark.table


@pytest.fixture(scope="module")
def brief(scenes: tuple[HandoutScene, HandoutScene]) -> Brief:
    return build_brief(scenes[0], created_at=utc_now())


def test_a_scene_without_layers_is_a_table_of_what_it_is(
    scenes: tuple[HandoutScene, HandoutScene], tmp_path: Path
) -> None:
    path = tmp_path / "a.gpkg"
    path.write_bytes(render_gpkg(scenes[0], make_brief(caveats=["late"])))
    assert [name for name, _ in pyogrio.list_layers(path)] == [ABOUT]
    about = pyogrio.read_dataframe(path, layer=ABOUT)
    assert about.iloc[0].tolist() == ["marking", "TLP:GREEN · SYNTHETIC"]
    assert about.iloc[-1].tolist() == ["caveat", "late"]
    csv = pd.read_csv(BytesIO(render_csv(scenes[0], make_brief())))
    assert list(csv.columns) == ["layer", "lat", "lon"]
    assert csv.empty


def test_too_many_rows_are_refused_with_what_helps(
    scenes: tuple[HandoutScene, HandoutScene], brief: Brief, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_EVENTS", 3)
    with pytest.raises(HandoutError, match=r"layer events shows \d+ rows; a table has at most 3"):
        render_csv(scenes[0], brief)


def test_a_stored_table_is_handed_out_without_formulas(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    path.write_text('=name,reason\n=1+1,"lat: 95"\n007,\n')
    opened = pd.read_csv(BytesIO(defuse_table(path)), dtype=str, keep_default_na=False)
    assert list(opened.columns) == ["'=name", "reason"]
    assert opened.to_numpy().tolist() == [["'=1+1", "lat: 95"], ["007", ""]]


def test_annotations_are_a_table_of_their_own(
    scenes: tuple[HandoutScene, HandoutScene], tmp_path: Path
) -> None:
    from tests.export.test_annotation import ANNOTATIONS

    path = tmp_path / "a.gpkg"
    path.write_bytes(render_gpkg(scenes[0], make_brief(annotations=ANNOTATIONS)))
    drawn = pyogrio.read_dataframe(path, layer=TABLE)
    assert len(drawn) == len(ANNOTATIONS)
    assert set(drawn["picture"]) == {"abcdefghij"}
    assert set(drawn["handout_marking"]) == {"TLP:GREEN · SYNTHETIC"}
