"""What a room shows where a filter leaves the records open: real or synthetic ones."""

from collections.abc import Collection
from datetime import datetime
from typing import Final, get_args

from pydantic import BaseModel, ConfigDict

from cop.errors import FilterError
from cop.model.filter import Records

RECORDS_NAMES: Final[dict[Records, str]] = {"real": "Real", "synthetic": "SYNTHETIC"}
"""Real and synthetic records in words, as at the beginning of a sentence."""


class DefaultRecords(BaseModel):
    """The default and since when it holds (naive UTC); ``by`` is who chose it, if anybody did.

    ``since`` is None where an earlier program did not store it.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    records: Records
    since: datetime | None = None
    by: str | None = None


def carry_default(
    before: DefaultRecords | None, loaded: Collection[Records], now: datetime | None
) -> DefaultRecords | None:
    """Return the default of a version without any choice; ``before`` is that of the last one.

    What is loaded alone is shown. A second sort that arrives changes nothing; with both from the
    beginning real records are shown.
    """
    if not loaded:
        return None
    if before is not None and before.records in loaded:
        return before
    only: Records = "real" if "real" in loaded else "synthetic"
    return DefaultRecords(records=only, since=now)


def settle_default(
    chosen: DefaultRecords | None,
    carried: DefaultRecords | None,
    loaded: Collection[Records],
) -> DefaultRecords | None:
    """Return what is shown: the room's choice, else what is carried along; None without records.

    A choice whose records are gone waits for them: the other ones are shown meanwhile.
    """
    for found in (chosen, carried):
        if found is not None and found.records in loaded:
            return found
    return carry_default(None, loaded, None)


def other_records(records: Records) -> Records:
    """Return the other sort of records."""
    return "synthetic" if records == "real" else "real"


def name_records(records: Records) -> str:
    """Return the word for records within a sentence: real or SYNTHETIC."""
    return "SYNTHETIC" if records == "synthetic" else records


def check_records(stated: str) -> Records:
    """Read real or synthetic; raise FilterError for anything else."""
    for name in get_args(Records):
        if stated.strip().lower() == name:
            return name  # type: ignore[no-any-return]
    raise FilterError(f"records {stated[:40]!r}: use real or synthetic")
