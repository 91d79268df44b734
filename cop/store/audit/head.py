"""The head of the audit record in a file of its own, so that a cut or forged tail is noticed."""

import json
from pathlib import Path
from typing import Final

from cop.errors import AuditError
from cop.model.audit import AuditHead, NotedHead
from cop.store.catalogue.writer import place_file

HEAD_FILE: Final = "audit-head.json"
_MOST_BYTES: Final = 4096
_NEXT: Final = "next"


def read_head(folder: Path) -> NotedHead | None:
    """Return what the file says, None without one; raise AuditError if it cannot be understood."""
    path = folder / HEAD_FILE
    try:
        with path.open("rb") as file:
            stated = json.loads(file.read(_MOST_BYTES))
        announced = stated.get(_NEXT)
        return NotedHead(
            last=AuditHead.from_text(f"{stated['seq']}:{stated['hash']}"),
            announced=None if announced is None else AuditHead.from_text(announced),
            is_old=_NEXT not in stated,
        )
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError, AuditError) as fault:
        raise AuditError(
            f"{path}: the head of the audit record cannot be read ({fault}); run `cop audit verify`"
        ) from fault


def write_head(folder: Path, head: AuditHead, *, announced: AuditHead | None = None) -> None:
    """Write the head, and the entry that is about to be written after it.

    It is written whole or not at all, and outlasts a power failure. Raise StoreError.
    """
    following = None if announced is None else str(announced)
    text = json.dumps({"seq": head.seq, "hash": head.hash, _NEXT: following})

    def write(draft: Path) -> None:
        draft.write_text(text, encoding="ascii")

    place_file(folder / HEAD_FILE, write)
