"""The head of the audit record in a file of its own, so that a cut tail is noticed."""

import json
from pathlib import Path
from typing import Final

from cop.errors import AuditError
from cop.model.audit import AuditHead
from cop.store.catalogue.writer import place_file

HEAD_FILE: Final = "audit-head.json"
_MOST_BYTES: Final = 4096


def read_head(folder: Path) -> AuditHead | None:
    """Return the head, None if there is no file; raise AuditError if it cannot be understood."""
    path = folder / HEAD_FILE
    try:
        with path.open("rb") as file:
            stated = json.loads(file.read(_MOST_BYTES))
        return AuditHead.from_text(f"{stated['seq']}:{stated['hash']}")
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AuditError) as fault:
        raise AuditError(
            f"{path}: the head of the audit record cannot be read ({fault}); run `cop audit verify`"
        ) from fault


def write_head(folder: Path, head: AuditHead) -> None:
    """Write the head, whole or not at all; it outlasts a power failure. Raise StoreError."""
    text = json.dumps({"seq": head.seq, "hash": head.hash})

    def write(draft: Path) -> None:
        draft.write_text(text, encoding="ascii")

    place_file(folder / HEAD_FILE, write)
