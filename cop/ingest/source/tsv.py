"""TSV: text cells between tabs."""

from typing import TYPE_CHECKING

from cop.ingest.source.format import FileFormat

if TYPE_CHECKING:
    from cop.ingest.source.base.opened import Job, OpenedFile


def open_tsv(job: "Job") -> "OpenedFile":
    """Open a text of rows between tabs; InputFileError where it cannot be read."""
    from cop.ingest.source.base.delimited import open_delimited

    return open_delimited(job, separator="\t")


FORMAT = FileFormat(
    id="tsv", title="TSV", kind="table", suffixes=(".tsv", ".tab"), open_file=open_tsv
)
