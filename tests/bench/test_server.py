"""Tests of the bench's server: it answers while it is asked, and ends."""

from contextlib import closing
from pathlib import Path

import pytest

from cop.bench.server import serving, serving_process
from cop.errors import StoreError
from cop.settings import StoreSettings
from tests.support.http import Caller

pytestmark = pytest.mark.store


def test_shown_a_server_answers_and_ends(bare_warehouse: Path, tmp_path: Path) -> None:
    settings = StoreSettings(data=bare_warehouse, memory_mb=512, threads=1)
    with serving_process(settings, tmp_path / "log.txt") as (address, pid):
        with closing(Caller(address)) as caller:
            assert caller.ask("/healthz").status == 200
        environment = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
        assert {b"COP_MEMORY_MB=512", b"COP_THREADS=1"} <= set(environment)
    assert not Path(f"/proc/{pid}").exists()


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with (
        pytest.raises(StoreError, match=r"(?s)ended with status 2: .*cannot write the warehouse"),
        serving(StoreSettings(data=file), tmp_path / "log.txt"),
    ):
        pass
