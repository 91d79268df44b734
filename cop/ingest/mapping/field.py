"""The fields that columns are mapped to, and which column a field seems to be."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

from cop.ingest.upload.infer_columns import plain_name
from cop.model.event import COMPOSITION, CONFIDENCES, DETECTIONS, KINDS, UNITS
from cop.model.mapping import TargetKind
from cop.model.sensor import SENSOR_KINDS
from cop.model.upload import ColumnSeen

One = Literal["word", "number", "text"]
MOST_WORDS: Final = 20


@dataclass(frozen=True, kw_only=True)
class MappedField:
    """A field of our schema: a column gives it or, where ``one`` says of what, one for every row.

    ``words`` are those that it allows, with their titles; ``names`` are those of columns that give
    it, in lower case. ``moment`` fields take columns of times alone.
    """

    name: str
    title: str
    need: bool = False
    one: One | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    moment: bool = False


def _named(words: str) -> frozenset[str]:
    return frozenset(words.split())


def _plain(words: Iterable[str]) -> dict[str, str]:
    return {word: word.replace("-", " ").capitalize() if len(word) > 2 else word for word in words}  # noqa: PLR2004 kg


_MARKING: Final = MappedField(
    name="marking", title="Row marking", names=_named("marking tlp classification releasability")
)
FIELDS: Final[dict[TargetKind, tuple[MappedField, ...]]] = {
    "events": (
        MappedField(
            name="kind", title="Kind", need=True, one="word", words=KINDS,
            names=_named("kind event_kind event_type type category"),
        ),
        MappedField(
            name="count", title="Count", need=True, one="number",
            names=_named("count number people persons total quantity amount n"),
        ),
        MappedField(
            name="unit", title="Unit", need=True, one="word", words=_plain(UNITS),
            names=_named("unit units"),
        ),
        MappedField(
            name="detection", title="Detected by", need=True, one="word",
            words=_plain(DETECTIONS), names=_named("detection detected_by means"),
        ),
        MappedField(
            name="confidence", title="Confidence", need=True, one="word",
            words=_plain(CONFIDENCES), names=_named("confidence"),
        ),
        MappedField(
            name="source_id", title="Record id",
            names=_named("id case case_id case_number event_id record_id source_id ref reference "
                         "incident_id report_id"),
        ),
        MappedField(
            name="uncertainty_m", title="Uncertainty (m)", one="number",
            names=_named("uncertainty_m accuracy_m uncertainty accuracy"),
        ),
        MappedField(
            name="reported_at", title="Reported at", moment=True,
            names=_named("reported_at reported report_time reported_on"),
        ),
        _MARKING,
        *(MappedField(name=name, title=title, names=_named(name))
          for name, title in COMPOSITION.items()),
    ),
    "sensors": (
        MappedField(
            name="sensor_id", title="Sensor id", need=True,
            names=_named("sensor_id id ref serial sensor asset_id"),
        ),
        MappedField(
            name="kind", title="Kind", need=True, one="word", words=SENSOR_KINDS,
            names=_named("kind type sensor_type sensor_kind"),
        ),
        MappedField(
            name="range_m", title="Range (m)", need=True, one="number",
            names=_named("range_m range_metres range_meters"),
        ),
        MappedField(name="name", title="Name", names=_named("sensor_name site site_name")),
        MappedField(name="height_m", title="Height (m)", one="number",
                    names=_named("height_m height_metres")),
        MappedField(name="azimuth_deg", title="Azimuth (deg)",
                    names=_named("azimuth_deg azimuth bearing heading")),
        MappedField(name="fov_deg", title="Field of view (deg)",
                    names=_named("fov_deg fov field_of_view")),
        MappedField(name="agency", title="Agency", one="text",
                    names=_named("agency operator organisation")),
        MappedField(name="installed_at", title="Installed at", moment=True,
                    names=_named("installed_at installed install_date")),
        MappedField(name="removed_at", title="Removed at", moment=True,
                    names=_named("removed_at removed")),
        MappedField(name="outages", title="Outages", names=_named("outages")),
        _MARKING,
    ),
    "statistics": (),
}  # fmt: skip
"""What is asked of each kind; position and time come of how the file is read."""


def find_candidates(field: MappedField, columns: Iterable[ColumnSeen]) -> tuple[str, ...]:
    """Return the columns that a field may be, by their names; more than one must be asked for."""
    return tuple(
        column.name
        for column in columns
        if plain_name(column.name) in field.names
        and column.filled
        and "person" not in column.looks
        and (column.kind == "TIMESTAMP" or not field.moment)
    )


def match_word(text: str, words: Mapping[str, str]) -> str | None:
    """Return the word of ours that a text of the file is, whatever its case or plural."""
    plain = plain_name(text)
    forms = {plain, plain.removesuffix("s")}
    fitting = [
        word for word, title in words.items() if forms & {plain_name(word), plain_name(title)}
    ]
    return fitting[0] if len(fitting) == 1 else None


def find_precision(column: ColumnSeen | None) -> str | None:
    """Return how exact the times of a column are: minute or day; None if its cells differ.

    Date-time groups and epochs have a clock; of dates, all of the first cells have one or none has.
    """
    if column is None or column.time_form in (None, "typed"):
        return None
    if column.time_form in ("dtg", "epoch_s", "epoch_ms"):
        return "minute"
    clocks = {":" in text for text in column.examples}
    return {True: "minute", False: "day"}[clocks.pop()] if len(clocks) == 1 else None
