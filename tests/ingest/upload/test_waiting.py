"""A file that waits takes no memory, and goes when it is let go of."""

from tempfile import TemporaryFile

import pytest

from cop.ingest.upload.waiting import WaitingFile

pytestmark = [pytest.mark.trust, pytest.mark.layers]


def test_a_file_that_waits_goes_when_it_is_let_go_of() -> None:
    file = TemporaryFile()  # noqa: SIM115 it is closed by whoever has it
    file.write(b"lat,lon")
    waiting = WaitingFile.of(file, 7)
    assert (len(waiting), waiting.size, waiting.file) == (0, 7, file)
    del waiting
    assert file.closed
