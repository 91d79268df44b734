"""The figures of synthetic catalogues as tables to read."""

from typing import Any, Final

_COLUMNS: Final = {
    "files": ("files", ",.0f"),
    "row_groups": ("groups", ",.0f"),
    "rows": ("rows", ",.0f"),
    "mb": ("MB", ",.1f"),
    "bounds": ("bounds", ",.0f"),
    "copy_row_groups": ("c.groups", ",.0f"),
    "copy_rows": ("c.rows", ",.0f"),
    "count_rows": ("c.counts", ",.0f"),
    "copy_mb": ("c.MB", ",.1f"),
    "copy_bounds": ("c.bounds", ",.0f"),
    "planning_ms": ("plan ms", ",.2f"),
}
_NOTE: Final = (
    "Medians. Of Parquet: files, row groups, rows and compressed bytes that are read, and bounds "
    "of row groups that are compared. Of the serving copy (c.): the same, and rows of counts. The "
    "planner chooses what is read; row groups, bytes and rows of counts are derived from the "
    "sample."
)


def format_scale(figures: dict[str, Any]) -> str:
    """Return a table for each number of events, and what the sample says of itself."""
    sample = figures["sample"]
    lines = [
        f"sample of {sample['events']:,} events: {sample['bytes_per_event']:g} bytes each in "
        f"Parquet, {sample['copy_bytes_per_event']:g} in the serving copy; rows scanned of the "
        "copy, by its index / by DuckDB:"
    ]
    lines += [
        f"  {name:12}{one['index_rows']:>12,.0f} /{one['scanned_rows']:>12,.0f}"
        for name, one in sample["questions"].items()
    ]
    for size in figures["sizes"]:
        lines.append(
            f"{size['events']:,} events: {size['files']:,} files with {size['row_groups']:,} row "
            f"groups, {size['gb']:g} GB; a copy of {size['copy_row_groups']:,} row groups, "
            f"{size['copy_gb']:g} GB; rows of counts: "
            + ", ".join(f"{table} {rows:,}" for table, rows in size["counts"].items())
        )
        lines.append(" " * 14 + "".join(f"{title:>13}" for title, _ in _COLUMNS.values()))
        for name, one in size["questions"].items():
            figures_of = "".join(f"{one[key]:>13{form}}" for key, (_, form) in _COLUMNS.items())
            lines.append(f"  {name:12}{figures_of}")
    return "\n".join([*lines, _NOTE])
