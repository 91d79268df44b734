"""The audit record as a file that proves itself."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest

from cop.access.audit.export import ExportFormat, open_export, render_entries
from cop.errors import AuditError
from cop.model.audit import NO_HASH, Actor, AuditHead, build_entry
from cop.model.audit_chain import check_chain
from tests.support.audit import START, build_entries

pytestmark = pytest.mark.access

FORMS: tuple[ExportFormat, ...] = get_args(ExportFormat)
ODD = ("=1+1", "+1", "-1", "@a", "'", "'=1", "''x", 'a"b', "a,b", "\u00e9\U0001f600", "\ud800")


@pytest.mark.parametrize("form", FORMS)
def test_any_text_comes_back_as_it_was(tmp_path: Path, form: ExportFormat) -> None:
    entries, head = [], AuditHead(seq=0, hash=NO_HASH)
    for text in ODD:
        actor = Actor(who=text, name=text)
        entry = build_entry(
            head, actor, "take", text, at=START, outcome="done", detail={"x": text},
            completes=head.seq or None,
        )  # fmt: skip
        entries.append(entry)
        head = entry.head
    file = tmp_path / "out"
    file.write_text("".join(render_entries(entries, form)), encoding="utf-8", newline="")
    assert [*open_export(file)()] == entries
    assert check_chain(open_export(file), is_part=True, stated=head).is_whole
    if form == "csv":
        with file.open(encoding="utf-8", newline="") as opened:
            cells = [cell for row in csv.reader(opened) for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("form", FORMS)
def test_a_changed_file_is_found(tmp_path: Path, form: ExportFormat) -> None:
    entries = [*build_entries(20, AuditHead(seq=0, hash=NO_HASH))]
    file = tmp_path / "out"
    for changed, kind, place in (
        ([*entries[:5], replace(entries[5], who="x"), *entries[6:]], "changed", 6),
        ([*entries[:5], *entries[6:]], "removed", 6),
        ([*entries[:5], entries[6], entries[5], *entries[7:]], "reordered", 6),
        (entries[:-1], "cut", 20),
    ):
        file.write_text("".join(render_entries(changed, form)), encoding="utf-8")
        found = check_chain(open_export(file), is_part=True, stated=entries[-1].head).finding
        assert found is not None
        assert (found.kind, found.first) == (kind, place)


@pytest.mark.parametrize(
    "text", ["{", "{}", "[1]", "a,b\n1,2\n", '{"seq": 1}', "\x00", "x" * 10, '{"a":' * 9_000]
)
def test_what_is_no_export_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "out"
    file.write_text(text)
    with pytest.raises(AuditError, match="out"):
        [*open_export(file)()]


def test_kinds_of_fields_are_checked(tmp_path: Path) -> None:
    (entry,) = build_entries(1, AuditHead(seq=0, hash=NO_HASH))
    (line,) = render_entries([entry], "jsonl")
    for name, value in (("seq", True), ("seq", "1"), ("who", 1), ("completes", "x")):
        file = tmp_path / "out"
        file.write_text(json.dumps(json.loads(line) | {name: value}))
        with pytest.raises(AuditError, match=f"line 1: .*{name} is"):
            [*open_export(file)()]
    with pytest.raises(AuditError, match="cannot be read"):
        [*open_export(tmp_path / "nothing")()]
