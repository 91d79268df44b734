"""Entries of the audit record: who did what, with which outcome, each bound to the one before it.

The hash of an entry is the sha256 of its canonical encoding: a JSON object of all its fields but
``hash``, names sorted, no spaces, in ASCII (``\\uXXXX`` for anything else). ``roles`` are sorted
and separated by spaces, ``detail`` is the text of a JSON object, ``previous`` is the hash of the
entry before; that of the first one is 64 zeros.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, get_args

from cop.errors import AuditError

Outcome = Literal["begun", "done", "refused", "failed"]
OUTCOMES: Final[tuple[Outcome, ...]] = get_args(Outcome)
"""An act that is begun has a second entry with its end, unless the program was killed."""
NO_HASH: Final = "0" * 64
PRUNE: Final = "prune"
"""The action that removes the oldest entries: its detail names the last one of them."""
OPERATOR: Final = "operator"
THIS_MACHINE: Final = "this machine"
_ACTION: Final = re.compile(r"[a-z][a-z -]{0,39}", re.ASCII)
_HEAD: Final = re.compile(r"([0-9]{1,15}):([0-9a-f]{64})", re.ASCII)
_MOST_TEXT, _MOST_DETAIL, _MOST_LIST = 200, 500, 50


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who acts: id, the name shown, agency, roles, how they signed in, and the client's address.

    By default it is whoever works at this machine.
    """

    who: str = OPERATOR
    name: str = ""
    agency: str = ""
    roles: tuple[str, ...] = (OPERATOR,)
    origin: str = THIS_MACHINE
    address: str = ""


@dataclass(frozen=True, kw_only=True)
class AuditHead:
    """The number and the hash of an entry: whoever knows them can tell whether it is still so."""

    seq: int
    hash: str

    @classmethod
    def from_text(cls, text: str) -> "AuditHead":
        """Read SEQ:HASH as `cop audit head` prints it; raise AuditError if it is not that."""
        found = _HEAD.fullmatch(text.strip())
        if found is None:
            raise AuditError(
                f"head {text[:90]!r}: write SEQ:HASH, as `cop audit head` prints it: a number, a "
                "colon and 64 hexadecimal digits"
            )
        return cls(seq=int(found[1]), hash=found[2])

    def __str__(self) -> str:
        """Return it as SEQ:HASH."""
        return f"{self.seq}:{self.hash}"


@dataclass(frozen=True, kw_only=True)
class NotedHead:
    """What the head file says: the last entry, and the one that was about to be written after it.

    An entry that was not announced is none of the record. A file that ``is_old`` is of a program
    that announced nothing, and may be one entry behind.
    """

    last: AuditHead
    announced: AuditHead | None = None
    is_old: bool = False

    def covers(self, entry: "AuditEntry") -> bool:
        """Return whether an entry of a whole chain is not after what the file knows of."""
        return entry.seq <= self.last.seq or entry.head == self.announced


@dataclass(frozen=True, kw_only=True)
class AuditEntry:
    """One entry as it is stored, and hashed; ``at`` is UTC in ISO 8601 to the microsecond.

    ``completes`` is the number of the entry with the beginning of the act that ends here.
    """

    seq: int
    at: str
    who: str
    name: str
    agency: str
    roles: str
    origin: str
    address: str
    action: str
    subject: str
    outcome: str
    completes: int | None
    detail: str
    previous: str
    hash: str

    @property
    def head(self) -> AuditHead:
        """Its number and hash."""
        return AuditHead(seq=self.seq, hash=self.hash)

    @property
    def details(self) -> dict[str, Any]:
        """The detail as it was given; empty if it cannot be read."""
        try:
            found = json.loads(self.detail)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def has_own_hash(self, *, seq: int | None = None) -> bool:
        """Return whether its hash is that of its fields, or would be under another number."""
        return hash_fields(vars(self) if seq is None else vars(self) | {"seq": seq}) == self.hash


def hash_fields(fields: Mapping[str, Any]) -> str:
    """Return the sha256 of the canonical encoding of an entry's fields, in hexadecimal."""
    bound = {name: value for name, value in fields.items() if name != "hash"}
    return hashlib.sha256(_encode(bound).encode("ascii")).hexdigest()


def build_entry(
    before: AuditHead,
    actor: Actor,
    action: str,
    subject: str,
    *,
    at: datetime,
    outcome: Outcome,
    completes: int | None = None,
    detail: Mapping[str, Any] | None = None,
) -> AuditEntry:
    """Return the entry that follows ``before``; ``at`` is naive UTC.

    Texts are put on one line and shortened. Raise AuditError for an action that is no plain word.
    """
    if not _ACTION.fullmatch(action):
        raise AuditError(f"action {action[:60]!r}: write it in up to 40 lower-case letters")
    fields = {
        "seq": before.seq + 1,
        "at": f"{at.isoformat(timespec='microseconds')}Z",
        "who": _tidy(actor.who),
        "name": _tidy(actor.name),
        "agency": _tidy(actor.agency),
        "roles": " ".join(sorted({_tidy(role).replace(" ", "-") for role in actor.roles})),
        "origin": _tidy(actor.origin),
        "address": _tidy(actor.address),
        "action": action,
        "subject": _tidy(subject),
        "outcome": outcome,
        "completes": completes,
        "detail": _encode({name: _plain(value) for name, value in (detail or {}).items()}),
        "previous": before.hash,
    }
    return AuditEntry(**fields, hash=hash_fields(fields))  # type: ignore[arg-type]


def _encode(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _tidy(text: str, most: int = _MOST_TEXT) -> str:
    printable = "".join(one if one.isprintable() else " " for one in text)
    return " ".join(printable.split())[:most]


def _plain(value: Any) -> Any:
    """Return what JSON writes the same everywhere: no fractions, whose digits differ."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, list | tuple | set | frozenset):
        return [_tidy(str(one)) for one in [*value][:_MOST_LIST]]
    return _tidy(str(value), _MOST_DETAIL)
