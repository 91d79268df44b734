"""What was found in a file: gathered by code and column, each said once with how many rows."""

from dataclasses import dataclass, field

from cop.model.upload import Fix, Reading, Severity, UploadFinding

FINDINGS: dict[str, tuple[Severity, str]] = {
    "encoding_guessed": (
        "warning",
        "The text is not UTF-8: it was read as {0}; choose another if letters look wrong.",
    ),
    "crs_missing": (
        "ask",
        "The file names no coordinate system: choose the one that it was made in.",
    ),
    "crs_contradictory": (
        "ask",
        "The coordinates do not fit {0}, which the file names: choose the system by "
        "where they lie.",
    ),
    "crs_assumed": ("note", "Columns of latitude and longitude are read as EPSG:4326."),
    "axes_swapped": (
        "ask",
        "Latitude and longitude look exchanged: exchange them, or leave them as they are.",
    ),
    "null_island": (
        "ask",
        "Places lie at 0, 0 in the Atlantic, which stands for an unknown place.",
    ),
    "longitude_sign": (
        "ask",
        "Longitudes have probably lost their sign: with the other one they lie in the region.",
    ),
    "radians": ("ask", "Coordinates are probably radians: in degrees they lie in the region."),
    "outside_region": ("ask", "Places lie far outside the region."),
    "minutes_impossible": (
        "ask",
        "Degrees have 60 minutes or seconds or more, which no place has: these rows are left out.",
    ),
    "crs_unknown": ("ask", "The file names a coordinate system that nobody knows: {0}."),
    "beyond_pole": ("ask", "The raster reaches beyond the pole: its latitudes are probably wrong."),
    "reference_missing": (
        "ask",
        "The photo does not say north or south, east or west: it is read as {0}.",
    ),
    "time_future": ("ask", "Times lie in the future."),
    "time_early": ("ask", "Times lie before 1990."),
    "time_mostly_unreadable": (
        "ask",
        "The column seems to be the time, but more than a tenth of its cells cannot be read so.",
    ),
    "time_choice": ("warning", "Several columns are times: {0} is taken; others are {1}."),
    "time_unclear": ("ask", "Several columns may be the time: {0}; choose one."),
    "zone_missing": ("note", "Times name no zone: they are read as {0}."),
    "epochs_mixed": (
        "ask",
        "Numbers of the time are seconds, milliseconds and microseconds since 1970, mixed.",
    ),
    "excel_serial": (
        "ask",
        "Numbers of the time look like days since 1900, as spreadsheets count them.",
    ),
    "out_of_bounds": (
        "warning",
        "Positions lie beyond 180 degrees of longitude or 90 of latitude: these rows are left out.",
    ),
    "antimeridian": (
        "warning",
        "Shapes are wider than 180 degrees: they may cross the 180th meridian and be "
        "drawn round the earth.",
    ),
    "geometry_repaired": (
        "warning",
        "Shapes cross themselves: they were repaired, which can change their area.",
    ),
    "repair_limited": (
        "warning",
        "Shapes have too many vertices, or cross themselves too often, to be repaired: these rows "
        "are left out.",
    ),
    "geometry_unusable": ("warning", "Shapes cannot be read or repaired: these rows are left out."),
    "geometry_missing": ("warning", "Rows have no position: they are left out."),
    "geometry_empty": ("warning", "Shapes are empty: these rows are left out."),
    "geometry_mixed": ("note", "The layer mixes {0}."),
    "geometry_flat": ("note", "Heights and measures of the coordinates are dropped."),
    "position_unreadable": ("warning", "Positions cannot be read: these rows are left out."),
    "no_position": (
        "ask",
        "No column looks like a position: choose the columns that give it, or none.",
    ),
    "duplicate_ids": (
        "warning",
        "Ids stand more than once: the later ones get a number behind them.",
    ),
    "duplicate_columns": (
        "warning",
        "Columns share a name: the later ones get a number behind it.",
    ),
    "columns_renamed": ("note", "Names of columns were changed: {0}."),
    "dates_absurd": (
        "warning",
        "Times before 1900, at the epoch's zero or more than ten years ahead: kept without a time.",
    ),
    "time_unreadable": (
        "warning",
        "Times cannot be read as {0}: these rows are kept without a time.",
    ),
    "time_twofold": (
        "warning",
        "Hours are skipped or come twice in {0}: these rows are kept without a time.",
    ),
    "day_order_ambiguous": ("ask", "Day or month may come first: say which, no row tells."),
    "day_order_mixed": (
        "ask",
        "Some rows have the day first and some the month: say which is right.",
    ),
    "personal_data": (
        "warning",
        "The column seems to be about persons: it is left out unless you keep it.",
    ),
    "formula_cells": (
        "warning",
        "Cells begin as a formula of a spreadsheet does: they are kept as text and never run.",
    ),
    "formula_values": ("note", "Cells are formulas: the values that were last saved are taken."),
    "control_characters": ("warning", "Texts hold NUL or control characters: they were replaced."),
    "markup_text": ("note", "Texts hold markup: it is shown as text and never run."),
    "records_differ": (
        "warning",
        "The file holds {0} records by its own count, but {1} were read: mend it, or check what is "
        "missing.",
    ),
    "quotes_open": (
        "warning",
        "Quoted cells hold lines that look like rows of their own: a quote may not be closed.",
    ),
    "rows_refused": ("warning", "Rows cannot be read: they are left out."),
    "cells_unlike": ("note", "Cells are no {0} as the rest of the column is: they are left blank."),
    "numbers_as_text": (
        "note",
        "Numbers have more digits than a number's type holds: the column is kept as text.",
    ),
    "column_unusable": ("note", "The column holds {0}, which is left out."),
    "members_ignored": ("note", "Files in the archive that are not read: {0}."),
    "empty": ("fault", "No row can be used."),
    "raster_rescaled": ("note", "The raster says scale {0}: values are kept as they are stored."),
    "photo_metadata": ("note", "Of the picture's metadata only place and time are taken."),
    "crs_chosen": ("note", "The file names {0}; the chosen {1} is used instead."),
    "styles_kept": ("note", "The styles of the file are kept: {0}."),
    "styles_lost": ("note", "Of the styles of the file these are not kept: {0}."),
    "links_ignored": ("warning", "The file points to other files, which are not read."),
    "sheets_hidden": ("warning", "Hidden sheets are not read: {0}."),
    "layers_other": ("note", "The file holds {0} layers; this is one of them."),
}
"""Every code with its severity and its words; {0} is filled in where it is found."""
DOUBTS = frozenset(
    (
        "null_island", "longitude_sign", "radians", "outside_region", "minutes_impossible",
        "beyond_pole", "reference_missing", "time_future", "time_early", "time_mostly_unreadable",
        "time_unclear", "epochs_mixed", "excel_serial",
    )
)  # fmt: skip
"""What is probably wrong and goes on where a person agrees to it."""
_MOST_FILL = 300


@dataclass
class Notes:
    """Gathers findings; those ``agreed`` to only warn."""

    agreed: frozenset[str] = frozenset()
    _found: dict[tuple[str, str | None], UploadFinding] = field(default_factory=dict)

    def add(
        self,
        code: str,
        *fill: str,
        rows: int = 0,
        column: str | None = None,
        fixes: tuple[Fix, ...] = (),
        readings: tuple[Reading, ...] = (),
        is_asked_later: bool = False,
    ) -> None:
        """Add a finding, or rows to it where it was found before.

        What ``is_asked_later`` only warns now.
        """
        severity, words = FINDINGS[code]
        if code in DOUBTS:
            is_agreed = code in self.agreed
            severity = "warning" if is_agreed or is_asked_later else severity
            fixes = fixes if is_agreed else (*fixes, Fix(field="agreed", value=code))
        earlier = self._found.get((code, column))
        if earlier is not None:
            self._found[code, column] = earlier.model_copy(update={"rows": earlier.rows + rows})
            return
        shown = [" ".join(part.split())[:_MOST_FILL] for part in fill]
        self._found[code, column] = UploadFinding(
            code=code,
            severity=severity,
            words=words.format(*shown),
            rows=rows,
            column=None if column is None else column[:200],
            fixes=fixes,
            readings=readings,
        )

    def list(self) -> tuple[UploadFinding, ...]:
        """Return the findings, those that ask first."""
        order = {"fault": 0, "ask": 1, "warning": 2, "note": 3}
        found = sorted(self._found.values(), key=lambda one: order[one.severity])
        return tuple(found[:1_000])

    def has(self, code: str) -> bool:
        """Return whether something was found, in any column."""
        return any(known == code for known, _ in self._found)
