"""A file to be opened in the test's own process, as the sandbox would open it."""

from pathlib import Path

from cop.ingest.upload.format import FORMATS
from cop.ingest.upload.source.opened import Batch, Job, OpenedFile
from cop.model.upload import Choices
from cop.settings import UploadSettings


def build_job(path: Path, form: str, *, choices: Choices | None = None, **limits: int) -> Job:
    """Return a file to open by a format; ``limits`` are settings of uploads."""
    scratch = path.parent / "scratch"
    scratch.mkdir(exist_ok=True)
    return Job(
        path=path,
        name=path.name,
        format=FORMATS[form],
        choices=choices or Choices(),
        settings=UploadSettings.model_validate(limits),
        scratch=scratch,
    )


def write_job(folder: Path, name: str, content: str | bytes, form: str, **limits: int) -> Job:
    """Write a file and return it as one to open."""
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return build_job(path, form, **limits)


def read_rows(opened: OpenedFile) -> dict[int, list[object]]:
    """Return the cells of each row by its number."""
    rows: dict[int, list[object]] = {}
    for batch in opened.read():
        cells = [batch.columns[name].to_pylist() for name in opened.names]
        numbers = batch.rows.tolist()
        rows |= {n: [column[place] for column in cells] for place, n in enumerate(numbers)}
    return rows


def read_batches_of(opened: OpenedFile) -> list[Batch]:
    """Return the batches of a file."""
    return list(opened.read())


def list_codes(job: Job) -> set[str]:
    """Return the codes of what was noted of a file."""
    return {finding.code for finding in job.notes.list()}
