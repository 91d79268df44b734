"""Stored files that a viewer may have: those without a record that is withheld."""

import pytest

from cop.query.service import QueryService
from cop.query.stored_file import GEOGRAPHY, PARQUET, find_file, list_datasets

pytestmark = pytest.mark.exchange


def test_the_datasets_have_their_files_marking_and_extent(service: QueryService) -> None:
    view = service.view()
    found = list_datasets(service, view)
    assert {"events", "sensors", *GEOGRAPHY} <= {*found}
    # What the program works with has no files to give: decisions on what is shown, quarantine.
    assert not {"quarantine", "sources", "layers", "placements", "viewsheds"} & {*found}
    events = found["events"]
    assert {file.path for file in events.files} == {
        service.warehouse.folder / path for path in view.snapshot.catalogue.event_files
    }
    assert all(file.media_type == PARQUET and file.size for file in events.files)
    assert (events.marking, events.synthetic) == ("TLP:CLEAR", True)
    assert events.oldest is not None
    assert events.newest is not None
    assert events.oldest < events.newest
    assert events.bounds is not None
    assert found["segments"].oldest is None


def test_a_file_is_found_by_its_name_alone(service: QueryService) -> None:
    view = service.view()
    file = list_datasets(service, view)["segments"].files[0]
    assert find_file(service, view, "segments", file.name) == file
    assert find_file(service, view, "segments", f"../{file.name}") is None
    assert find_file(service, view, "nothing", file.name) is None
