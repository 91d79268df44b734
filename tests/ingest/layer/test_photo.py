"""A picture that was kept aside: in backups, and gone with the versions that name it."""

from datetime import timedelta
from pathlib import Path

import pytest

from cop.ingest.layer.draft import read_draft
from cop.ingest.layer.lifecycle import publish_layer
from cop.model.moment import utc_now
from cop.model.uploaded import Declaration
from cop.settings import RetentionSettings, StoreSettings
from cop.store.backup import retention
from cop.store.backup.backup import back_up
from cop.store.backup.restore import restore
from cop.store.backup.retention import retain
from tests.support.layer import make_features, write_draft
from tests.support.upload import write_photo

pytestmark = pytest.mark.layers


def test_a_picture_is_backed_up_and_goes_with_its_last_version(
    own_warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, folder = StoreSettings(data=own_warehouse), tmp_path / "draft"
    write_draft(folder, make_features())
    write_photo(folder / "photo.jpg")
    said = Declaration(title="Crossing")
    step = publish_layer(store, read_draft(folder), said, by="Ana")
    picture = own_warehouse / str(step.layer.content.photo)
    assert picture.read_bytes() == (folder / "photo.jpg").read_bytes()

    back_up(store, tmp_path / "all.tar")
    other = StoreSettings(data=tmp_path / "other")
    restore(other, tmp_path / "all.tar")
    assert (other.data / str(step.layer.content.photo)).is_file()

    (folder / "photo.jpg").unlink()
    again = publish_layer(store, read_draft(folder), said, by="Ana", layer_id=step.layer.id)
    assert again.layer.content.photo is None
    monkeypatch.setattr(retention, "utc_now", lambda: utc_now() + timedelta(days=1))
    retain(store, RetentionSettings(keep_versions=2))
    assert picture.is_file()
    retain(store, RetentionSettings(keep_versions=1))
    assert not picture.exists()
