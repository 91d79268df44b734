"""The rejected rows on the Data page: reasons by source, and files to download."""

from collections import Counter
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from cop.export.table import defuse_table
from cop.model.moment import format_dtg
from cop.store.dataset.reject import RejectFile
from cop.store.dataset.source import SourceState
from cop.ui.component.download import offer_download

MOST_FILES = 20


def render_rejects(files: Sequence[RejectFile], sources: Mapping[str, SourceState]) -> None:
    """Draw the reasons of all rejected rows, then the files of each source."""
    if not files:
        st.caption("No rejected rows.")
        return
    st.dataframe(
        build_reason_table(files, sources),
        hide_index=True,
        column_config={
            "source": "Source",
            "reason": st.column_config.TextColumn("Reason", width="large"),
            "n": st.column_config.NumberColumn("Rows", format="localized"),
        },
    )
    for source in dict.fromkeys(file.source for file in files):
        own = [file for file in files if file.source == source]
        total = sum(file.n for file in own)
        marking = sources[source].marking if source in sources else ""
        with st.expander(f"{_title(source, sources)}: {total:,} rows in {_files(len(own))}"):
            for file in own[:MOST_FILES]:
                _render_file(file, marking)
            if len(own) > MOST_FILES:
                st.caption(f"Showing the newest {MOST_FILES} of {len(own)} files.")


def build_reason_table(
    files: Sequence[RejectFile], sources: Mapping[str, SourceState]
) -> pd.DataFrame:
    """Count the rejected rows by source and reason: source, reason, n, most first."""
    counts: Counter[tuple[str, str]] = Counter()
    for file in files:
        for reason, n in file.reasons.items():
            counts[_title(file.source, sources), reason] += n
    rows = [(source, reason, n) for (source, reason), n in counts.items()]
    table = pd.DataFrame(rows, columns=["source", "reason", "n"])
    return table.sort_values(["n", "source", "reason"], ascending=[False, True, True])


def _render_file(file: RejectFile, marking: str) -> None:
    words, button = st.columns([4, 1], vertical_alignment="center")
    words.text(f"{format_dtg(file.rejected_at)}, {file.n:,} rows. " + "; ".join(file.examples))
    offer_download(
        f"Download {file.n:,} rows",
        at=button,
        data=lambda: defuse_table(file.path),
        file_name=f"rejects-{file.source}-{file.name}",
        subject=f"rejected rows of source {file.source}",
        marking=marking,
        mime="text/csv",
        key=f"reject-{file.source}-{file.name}",
        width="stretch",
    )


def _title(source: str, sources: Mapping[str, SourceState]) -> str:
    return sources[source].source.title if source in sources else source


def _files(n: int) -> str:
    return "1 file" if n == 1 else f"{n} files"
