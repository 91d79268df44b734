"""A file's rows put to a mapping: sensors and statistics too, what is refused, what is undone."""

import time
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cop.errors import MappingError, ProfileError, VersionError
from cop.ingest.mapping.load import build_mapped_profile, check_mapped, load_mapped
from cop.ingest.mapping.table import MappedTable, read_mapped
from cop.ingest.sink.load import IngestReport
from cop.ingest.sink.undo import undo_load
from cop.ingest.upload.read import Upload, convert_files
from cop.model.mapping import LAT, LON, TIME
from cop.model.release import Release
from cop.model.source import ROW
from cop.model.upload import Choices, DraftReport
from cop.settings import StoreSettings, UploadSettings
from cop.store.warehouse import Warehouse
from tests.support.mapping import MAPPING

pytestmark = pytest.mark.layers

TOWERS = """{"type": "FeatureCollection", "features": [
{"type": "Feature",
 "properties": {"ref": "T-1", "up": true, "reach": 8000.0, "since": "2025-01-02"},
 "geometry": {"type": "Point", "coordinates": [-110.9, 31.4]}},
{"type": "Feature", "properties": {"ref": "T-2", "up": false, "reach": 250.5, "since": null},
 "geometry": {"type": "Point", "coordinates": [-110.5, 31.4]}},
{"type": "Feature", "properties": {"ref": "T-3", "up": true, "reach": 9e9, "since": null},
 "geometry": {"type": "LineString", "coordinates": [[-110.5, 31.4], [-110.4, 31.4]]}}]}"""
FIGURES = """month,place,drug,seized,kg
2026-01,"Tucson, AZ",A,4,1.5
2026-02,"Tucson, AZ",A,5,2
2026-02,Atlantis,A,1,1
2026-03,"Yuma, AZ",B,-1,2
"""
SOURCE = {"title": "T", "publisher": "P", "terms": "none"}
SENSORS: dict[str, Any] = {
    "kind": "sensors",
    "source": {"id": "towers", **SOURCE},
    "columns": {"sensor_id": "ref", "range_m": "reach", "kind": "up", "installed_at": "since"},
    "maps": {"kind": {"true": "tower", "false": "camera"}},
}
STATISTICS: dict[str, Any] = {
    "kind": "statistics",
    "source": {"id": "seized", **SOURCE},
    "columns": {"period_start": "month"},
    "time": {"format": "%Y-%m", "precision": "month"},
    "place": {"kind": "sector", "column": "place",
              "names": {"Tucson, AZ": "TCA", "Yuma, AZ": "YUM"}},
    "measures": [{"measure": "seizures", "column": "seized", "unit": "events"},
                 {"measure": "seized_mass", "column": "kg", "unit": "kg"}],
    "dimensions": {"drug": "drug"},
}  # fmt: skip


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MappedTable]:
    """Towers as GeoJSON and figures as CSV, read by the sealed process."""
    folder = tmp_path_factory.mktemp("mapped")
    files = {
        "towers.geojson": (
            TOWERS,
            Choices(numbered=True, roles={}, columns=("ref", "up", "reach", "since")),
        ),
        "figures.csv": (FIGURES, Choices(numbered=True, roles={})),
    }
    for name, (text, _) in files.items():
        (folder / name).write_text(text)
    uploads = [Upload(path=folder / n, name=n, choices=c) for n, (_, c) in files.items()]
    drafts = [folder / f"draft-{n}" for n in files]
    made = convert_files(uploads, drafts, UploadSettings())
    read = {}
    for upload, draft, report in zip(uploads, drafts, made, strict=True):
        assert isinstance(report, DraftReport), report
        read[upload.name] = read_mapped(draft, report, upload.choices, file=upload.name)
    return read


def records(data: Path, source: str) -> int:
    warehouse = Warehouse(StoreSettings(data=data))
    try:
        state = warehouse.snapshot.sources.get(source)
        return state.n if state else 0
    finally:
        warehouse.close()


def test_rows_keep_their_number_their_words_and_why_they_have_no_place(
    tables: dict[str, MappedTable],
) -> None:
    table = tables["towers.geojson"]
    assert table.columns == ("ref", "up", "reach", "since")
    assert table.rows.tolist() == [1, 2, 3]
    assert table.texts("up").to_list() == ["true", "false", "true"]
    assert table.texts("reach").to_list() == ["8000", "250.5", "9000000000"]
    assert [table.texts(name)[0] for name in (LON, LAT)] == ["-110.9", "31.4"]
    assert [table.texts(name).isna().sum() for name in (LON, TIME)] == [1, 3]
    assert table.why == {3: "geometry='LineString': is no point; a place needs one"}


REASONS = {
    "sensors": [(3, "geometry='LineString': is no point; a place needs one")],
    "statistics": [
        (4, "place='Atlantis': no place that the profile knows"),
        (5, "seized='-1': seizures is below 0"),
    ],
}


@pytest.mark.parametrize(
    ("file", "declared", "accepted"),
    [("towers.geojson", SENSORS, 2), ("figures.csv", STATISTICS, 4)],
    ids=["sensors", "statistics"],
)
def test_sensors_and_statistics_are_loaded_once_and_undone(
    tables: dict[str, MappedTable], own_warehouse: Path, file: str, declared: dict[str, Any],
    accepted: int,
) -> None:  # fmt: skip
    reasons = REASONS[declared["kind"]]
    table, store = tables[file], StoreSettings(data=own_warehouse)
    source = declared["source"]["id"]
    profile = build_mapped_profile("made up", declared)
    found = check_mapped(table, profile)
    assert list(found.rejects[[ROW, "reason"]].itertuples(index=False, name=None)) == reasons
    report = load_mapped(store, table, profile, by="Ana")
    assert (report.accepted, report.rejected) == (found.accepted, len(reasons))
    assert records(own_warehouse, source) == accepted
    again = load_mapped(store, table, profile, by="Ana")
    assert (again.accepted, again.duplicate) == (0, found.accepted)
    with pytest.raises(VersionError, match="undo that load first"):
        undo_load(store, source, by="Ana", version=1)
    assert undo_load(store, source, by="Ana", version=report.version).records == 0
    assert records(own_warehouse, source) == 0
    assert undo_load(store, source, by="Ana").records == accepted


def test_a_mapping_cannot_relabel_a_source_that_is_held(
    tables: dict[str, MappedTable], own_warehouse: Path
) -> None:
    table, store = tables["towers.geojson"], StoreSettings(data=own_warehouse)

    def load(**said: Any) -> None:
        declared = {**SENSORS, "source": {**SENSORS["source"], **said}}
        load_mapped(store, table, build_mapped_profile("made up", declared), by="Ana")

    load(marking="TLP:AMBER")
    with pytest.raises(ProfileError, match="'towers' is TLP:AMBER and TLP:CLEAR is lower"):
        load(marking="TLP:CLEAR")
    with pytest.raises(ProfileError, match="holds real records; give made-up ones another"):
        load(marking="TLP:AMBER", synthetic=True)
    load(marking="TLP:RED")
    with closing(Warehouse(store)) as warehouse:
        source = warehouse.snapshot.sources["towers"].source
    assert (source.marking, source.synthetic) == ("TLP:RED", False)


def test_an_undo_leaves_a_list_as_old_as_it_was(
    tables: dict[str, MappedTable], own_warehouse: Path
) -> None:
    table, store = tables["towers.geojson"], StoreSettings(data=own_warehouse)

    def loaded_at() -> datetime:
        with closing(Warehouse(store)) as warehouse:
            return warehouse.snapshot.sources["towers"].loaded_at

    load_mapped(store, table, build_mapped_profile("made up", SENSORS), by="Ana")
    first = loaded_at()
    time.sleep(1.1)  # a source says to the second when it was loaded
    renewed = {**SENSORS, "maps": {"kind": {"true": "camera", "false": "camera"}}}
    load_mapped(store, table, build_mapped_profile("made up", renewed), by="Ana")
    assert loaded_at() > first
    undo_load(store, "towers", by="Ana")
    assert loaded_at() == first


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"maps": {"kind": {"heat": "souls"}}}, "kind: 'souls' is not one of crossing"),
        ({"columns": {"kind": "what"}}, "no value for count: map a column or set a value"),
        ({"columns": {"kind": "what", "shoe": "x"}}, "'shoe' is not a field of events"),
        ({"kind": "terrain"}, "'terrain' is not one of events, sensors, statistics"),
        ({"source": {"id": "X Y"}}, "source"),
        ({"source": {"id": "x", **SOURCE, "cadence_days": 1e12}}, "cadence_days"),
        ({"columns": ["what"]}, "columns: write names with a colon and a value"),
        ({"attributes": 7}, "attributes: Input should be a valid tuple"),
    ],
)
def test_a_mapping_that_cannot_be_says_why(change: dict[str, Any], words: str) -> None:
    declared = {**MAPPING["declared"], **change}
    with pytest.raises(MappingError, match=words):
        build_mapped_profile("bad", declared)


def test_a_column_that_the_file_lacks_is_named(tables: dict[str, MappedTable]) -> None:
    declared = {**SENSORS, "columns": {**SENSORS["columns"], "name": "label"}}
    with pytest.raises(MappingError, match=r"towers.geojson: no column 'label'"):
        check_mapped(tables["towers.geojson"], build_mapped_profile("towers", declared))


def test_the_report_of_problems_holds_no_formula(
    tables: dict[str, MappedTable],
) -> None:
    draft = tables["towers.geojson"].draft
    for name, cells in (("ref", ["=1+1", "T-2", "@x"]), ("reach", ["none"] * 3)):
        draft = draft.set_column(draft.column_names.index(name), name, pa.array(cells))
    table = replace(tables["towers.geojson"], file="t.csv", draft=draft, why={}, _texts={})
    text = check_mapped(table, build_mapped_profile("t", SENSORS)).to_csv().decode("utf-8-sig")
    assert ",'=1+1," in text
    assert ",'@x," in text


def test_what_was_never_loaded_cannot_be_undone(own_warehouse: Path) -> None:
    with pytest.raises(VersionError, match="no load of it is stored"):
        undo_load(StoreSettings(data=own_warehouse), "nobody", by="Ana")


@pytest.mark.access
def test_a_source_that_is_withheld_from_who_loads_is_neither_changed_nor_told_of(
    tables: dict[str, MappedTable], own_warehouse: Path
) -> None:
    table, store = tables["towers.geojson"], StoreSettings(data=own_warehouse)

    def load(marking: str, release: Release | None = None) -> IngestReport:
        declared = {**SENSORS, "source": {**SENSORS["source"], "marking": marking}}
        profile = build_mapped_profile("made up", declared)
        return load_mapped(store, table, profile, by="Ana", release=release)

    low = Release(agency="SO-1", highest="TLP:GREEN")
    load("TLP:AMBER")
    for marking in ("TLP:GREEN", "TLP:AMBER", "TLP:RED"):
        with pytest.raises(ProfileError) as refused:
            load(marking, low)
        assert str(refused.value) == "source id 'towers' cannot be used: choose another id"
    assert load("TLP:AMBER", replace(low, highest="TLP:AMBER")).duplicate
