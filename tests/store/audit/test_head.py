"""The head of the audit record in its file."""

from pathlib import Path

import pytest

from cop.errors import AuditError
from cop.model.audit import AuditHead
from cop.store.audit.head import HEAD_FILE, read_head, write_head

pytestmark = pytest.mark.access


def test_it_is_read_as_written(tmp_path: Path) -> None:
    assert read_head(tmp_path) is None
    for seq in (0, 1, 10**9):
        head = AuditHead(seq=seq, hash=f"{seq:064x}")
        write_head(tmp_path, head)
        assert read_head(tmp_path) == head
    assert [path.name for path in tmp_path.iterdir()] == [HEAD_FILE]


@pytest.mark.parametrize("text", ["", "[]", '{"seq": 1}', '{"seq": 1, "hash": 5}', "\x00" * 9])
def test_what_is_no_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / HEAD_FILE).write_text(text)
    with pytest.raises(AuditError, match="cop audit verify"):
        read_head(tmp_path)
