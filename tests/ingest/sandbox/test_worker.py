"""Tests of the sandbox's own process: an order over its standard input, each file in a fork."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from cop.ingest.sandbox.worker import END, RESULT
from cop.model.source import ROW
from cop.settings import UploadSettings
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.layers


def run_order(folder: Path, task: str, files: list[dict[str, Any]]) -> bytes:
    """Run an order without a sandbox around the process; return its standard output."""
    for place, file in enumerate(files):
        file["out"] = str(folder / str(place))
        (folder / str(place)).mkdir()
    settings = UploadSettings().model_dump(mode="json")
    order = {"task": task, "settings": settings, "near": None, "files": files}
    done = subprocess.run(
        [sys.executable, "-m", "cop.ingest.sandbox.worker"],
        input=json.dumps(order).encode(), capture_output=True, timeout=120, check=True,
        cwd=CHECKOUT,
    )  # fmt: skip
    return done.stdout


def to_read(path: Path, reader: str) -> dict[str, Any]:
    profile = {"reader": reader, "columns": {}, "file_columns": []}
    return {"path": str(path), "name": path.name, "profile": profile}


def test_shown_a_file_is_streamed_as_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\n,\n2,\n")
    written = run_order(tmp_path, "read", [to_read(path, "csv")])
    with pa.ipc.open_stream(written) as stream:
        table = stream.read_all()
    assert table.to_pydict() == {"a": ["1", "2"], "b": ["x", None], ROW: [2, 4]}
    assert json.loads((tmp_path / "0" / RESULT).read_text()) == {"rows": 2}
    assert json.loads((tmp_path / "0" / END).read_text())["signal"] == 0


def test_shown_an_error_is_carried_as_words_with_its_kind(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    assert run_order(tmp_path, "read", [to_read(path, "none")]) == b""
    result = json.loads((tmp_path / "0" / RESULT).read_text())
    assert result["fault"] == "ProfileError"
    assert "'none' is not a format of tables" in result["refused"]


def test_shown_each_file_is_inspected_whatever_the_other_holds(tmp_path: Path) -> None:
    files = []
    for name, text in (("bad.csv", ""), ("good.csv", "lat,lon\n31,-110\n")):
        (tmp_path / name).write_text(text)
        path = str(tmp_path / name)
        files.append({"path": path, "name": name, "format": "csv", "choices": {}})
    written = run_order(tmp_path, "inspect", files).decode()
    assert written.splitlines()[-1] == "progress 1.0000"
    bad, good = (json.loads((tmp_path / n / RESULT).read_text()) for n in ("0", "1"))
    assert "bad.csv: " in bad["refused"]
    assert good["inspection"]["rows"] == 1
