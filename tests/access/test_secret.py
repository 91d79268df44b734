"""Tests of files with secrets: what tests/server/test_key.py shows of one holds for each."""

from pathlib import Path

import pytest

from cop.access.secret import read_secret
from cop.errors import SettingsError

pytestmark = pytest.mark.access


def test_the_file_and_what_it_is_are_named_never_the_secret(tmp_path: Path) -> None:
    path = tmp_path / "client.secret"
    path.write_text("s3cret\nmore\n")
    path.chmod(0o600)
    assert read_secret(path, what="client secret", remedy="see docs") == "s3cret"
    path.chmod(0o640)
    with pytest.raises(SettingsError) as refused:
        read_secret(path, what="client secret", remedy="see docs")
    assert "read or write the client secret; run `chmod 600" in str(refused.value)
    assert "s3cret" not in str(refused.value)
    path.unlink()
    with pytest.raises(SettingsError, match=r"cannot read the client secret: No such .*; see docs"):
        read_secret(path, what="client secret", remedy="see docs")
