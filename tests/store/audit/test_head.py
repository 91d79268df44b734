"""The head of the audit record in its file."""

from pathlib import Path

import pytest

from cop.errors import AuditError
from cop.model.audit import AuditHead, NotedHead
from cop.store.audit.head import HEAD_FILE, read_head, write_head

pytestmark = pytest.mark.access


def test_it_is_read_as_written(tmp_path: Path) -> None:
    assert read_head(tmp_path) is None
    for seq in (0, 1, 10**9):
        head = AuditHead(seq=seq, hash=f"{seq:064x}")
        write_head(tmp_path, head)
        assert read_head(tmp_path) == NotedHead(last=head)
        following = AuditHead(seq=seq + 1, hash="a" * 64)
        write_head(tmp_path, head, announced=following)
        assert read_head(tmp_path) == NotedHead(last=head, announced=following)
    assert [path.name for path in tmp_path.iterdir()] == [HEAD_FILE]


def test_that_of_an_earlier_program_is_read(tmp_path: Path) -> None:
    head = AuditHead(seq=3, hash="b" * 64)
    (tmp_path / HEAD_FILE).write_text(f'{{"seq": 3, "hash": "{head.hash}"}}')
    assert read_head(tmp_path) == NotedHead(last=head, is_old=True)


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"seq": 1}', '{"seq": 1, "hash": 5}', "\x00" * 9,
     f'{{"seq": 1, "hash": "{"a" * 64}", "next": 5}}',
     f'{{"seq": 1, "hash": "{"a" * 64}", "next": "x"}}'],
)  # fmt: skip
def test_what_is_no_head_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / HEAD_FILE).write_text(text)
    with pytest.raises(AuditError, match="cop audit verify"):
        read_head(tmp_path)
