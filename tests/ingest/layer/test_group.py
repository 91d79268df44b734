"""Several layers published in one version: all of them or none, and the bad one is named."""

from pathlib import Path

import pytest

from cop.errors import CopError, InputFileError, LayerError, QuotaError
from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.group import GroupMember, publish_group
from cop.ingest.layer.history import read_uploaded_layers
from cop.ingest.layer.quota import Quota
from cop.model.styling import StyleWords
from cop.model.uploaded import Declaration
from cop.settings import StoreSettings, UploadSettings
from cop.store.room.audit import list_steps
from cop.store.room.uploader import list_origins
from tests.support.layer import make_features, write_draft

pytestmark = pytest.mark.layers


def member(folder: Path, title: str, **changes: object) -> GroupMember:
    draft = read_draft(write_draft(folder / title, make_features(kind=["a", "b", "a", "b"])))
    declared = {"title": title, **changes}
    return GroupMember(draft=draft, declared=Declaration.model_validate(declared))


def versions(store: StoreSettings) -> int:
    return len(list(store.data.rglob("*.parquet")))


def test_all_are_published_in_one_version(own_warehouse: Path, tmp_path: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    quota = Quota(limits=UploadSettings(), address="192.0.2.7")
    members = [member(tmp_path, title) for title in ("Roads", "Posts", "Areas")]
    steps = publish_group(store, members, file="a.kml", by="Ana", quota=quota)
    (version,) = {step.version for step in steps}
    stored = read_uploaded_layers(store)
    assert [step.layer.declared.title for step in steps] == ["Roads", "Posts", "Areas"]
    assert {step.layer.name for step in steps} == set(stored)
    assert {la.state for la in stored.values()} == {"published"}
    assert list_origins(store, "192.0.2.7") == {step.layer.id for step in steps}
    for step in steps:
        assert step.difference is not None
        assert step.difference.added == 4
        (noted,) = list_steps(store, subject=f"layer {step.layer.id}")
        assert (noted.version, noted.action) == (version, "upload")
        assert noted.detail.startswith("of a.kml, revision 1, published, 4 features")


def test_one_that_is_bad_names_itself_and_none_is_published(
    own_warehouse: Path, tmp_path: Path
) -> None:
    store = StoreSettings(data=own_warehouse)
    good = member(tmp_path, "Good")
    before = versions(store)
    style = StyleWords.model_validate(
        {"fill": {"property": "none", "classes": [{"value": "a", "paint": "#ff0000"}]}}
    )
    with pytest.raises(LayerError, match=r"layer 'Styled': .*column 'none'.*no layer was pub"):
        publish_group(
            store, [good, member(tmp_path, "Styled", style=style)], file="a.kml", by="Ana"
        )
    broken = member(tmp_path, "Broken")
    assert broken.draft.features is not None
    broken.draft.features.write_bytes(b"PAR1")
    with pytest.raises(CopError, match=r"(?s)(layer 'Broken': |cannot|Broken)"):
        publish_group(store, [good, broken], file="a.kml", by="Ana")
    assert read_uploaded_layers(store) == {}
    assert versions(store) == before


def test_those_of_one_group_count_for_their_owner(own_warehouse: Path, tmp_path: Path) -> None:
    store = StoreSettings(data=own_warehouse)
    quota = Quota(limits=UploadSettings(upload_person_layers=2), address="192.0.2.7")
    members = [member(tmp_path, str(n)) for n in range(3)]
    with pytest.raises(QuotaError, match=r"layer '2': .*Ana has 2 layers.*no layer was published"):
        publish_group(store, members, file="a.kml", by="Ana", quota=quota)
    assert read_uploaded_layers(store) == {}
    assert list_origins(store, "192.0.2.7") == set()


def test_a_style_of_the_file_is_used_unless_one_is_stated(
    own_warehouse: Path, tmp_path: Path
) -> None:
    folder = write_draft(tmp_path / "draft", make_features())
    (folder / "report.json").write_text('{"style": {"fill": "#ff0000", "line_width_px": 4}}')
    draft = read_draft(folder)
    stated = Declaration(title="B", style=StyleWords(fill="#00ff00"))
    members = [
        GroupMember(draft=draft, declared=Declaration(title="A")),
        GroupMember(draft=draft, declared=stated),
    ]
    first, second = publish_group(
        StoreSettings(data=own_warehouse), members, file="a.kml", by="Ana"
    )
    assert (first.layer.style.fill, first.layer.style.line_width_px) == ("#ff0000", 4)
    assert second.layer.style.fill == "#00ff00"
    (folder / "report.json").write_text('{"style": {"fill": "javascript:alert(1)"}}')
    with pytest.raises(InputFileError, match=r"report\.json: its style cannot be read"):
        read_draft(folder)
