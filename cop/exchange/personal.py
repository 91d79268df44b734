"""Attributes of what partners give that are about persons: they are left out, as of files."""

import json
from typing import Final

import pyarrow as pa

from cop.ingest.personal.column import accompanies, identifies, is_personal

_SAMPLE: Final = 200


def leave_out_personal(rows: pa.Table) -> tuple[pa.Table, tuple[str, ...]]:
    """Return the rows of a package without attributes about persons, and these attributes' names.

    An attribute is judged as a column of a file is: by its name, by its cells, and by what is
    beside it.
    """
    texts = rows["attributes"].to_pylist()
    parsed = {text: json.loads(text) for text in {*texts} if text is not None}
    samples: dict[str, list[str]] = {}
    for attributes in parsed.values():
        for name, value in attributes.items():
            sample = samples.setdefault(name, [])
            if len(sample) < _SAMPLE and value is not None:
                sample.append(value if isinstance(value, str) else json.dumps(value))
    personal = {name for name, sample in samples.items() if is_personal(name, sample)}
    if any(identifies(name, samples[name]) for name in personal):
        personal |= {name for name in samples if accompanies(name)}
    if not personal:
        return rows, ()
    cleaned = {None: None} | {text: _without(own, personal) for text, own in parsed.items()}
    index = rows.column_names.index("attributes")
    column = pa.array([cleaned[text] for text in texts], pa.string())
    return rows.set_column(index, "attributes", column), tuple(sorted(personal))


def _without(attributes: dict[str, object], names: set[str]) -> str | None:
    rest = {name: value for name, value in attributes.items() if name not in names}
    return json.dumps(rest, ensure_ascii=False) if rest else None
