"""Is a chain of audit entries whole? If not: what is wrong first, and where.

Each entry is checked by its own hash and by the hash of the one before it that it names, the last
one by the head. An entry that lost its place differs from one that was changed by the places that
its hash and its neighbors give it.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from cop.model.audit import NO_HASH, PRUNE, AuditEntry, AuditHead, NotedHead

ChainFault = Literal["removed", "changed", "reordered", "cut", "rewritten", "head"]
ReadEntries = Callable[[], Iterable[AuditEntry]]


@dataclass(frozen=True, kw_only=True)
class ChainFinding:
    """The first thing that is wrong with a chain, the entries it concerns, and its words."""

    kind: ChainFault
    first: int
    last: int
    words: str


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """A chain that was checked: how many entries, from which to which, and the first finding.

    ``begins`` is the entry before the first one: zeros, or the last one that was pruned.
    """

    n: int
    begins: AuditHead
    head: AuditHead | None
    finding: ChainFinding | None

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong."""
        return self.finding is None


def check_chain(
    read: ReadEntries,
    *,
    head: NotedHead | None = None,
    stated: AuditHead | None = None,
    is_part: bool = False,
) -> ChainReport:
    """Check the entries that ``read`` gives in their order; it is called again to place a fault.

    ``head`` is what the head file says, ``stated`` a head that was noted elsewhere. A part of a
    record may begin anywhere, and has no head file.
    """
    chain = _Chain(read, head, stated)
    finding = chain.follow()
    if finding is None and not is_part:
        finding = chain.check_start() or _check_head(chain.last, head)
    if finding is None and stated is not None:
        finding = chain.check_stated(stated)
    return ChainReport(n=chain.n, begins=chain.begins, head=chain.head, finding=finding)


def may_follow(last: AuditEntry | None, head: NotedHead | None) -> ChainFinding | None:
    """Return what keeps a chain from going on: its last entry or its head; None if nothing does."""
    if last is not None and not last.has_own_hash():
        return _find("changed", last.seq, last.seq, "its hash is not that of its content")
    return _check_head(last, head)


class _Chain:
    """The entries of a record as they are read, one after another."""

    def __init__(self, read: ReadEntries, head: NotedHead | None, stated: AuditHead | None) -> None:
        heads = (*((head.announced, head.last) if head is not None else ()), stated)
        self._read, self._heads = read, {one.seq: one for one in heads if one is not None}
        self._file = head
        self.n = 0
        self.begins = AuditHead(seq=0, hash=NO_HASH)
        self.last: AuditEntry | None = None
        self._anchors: set[tuple[str, str]] = set()
        self._noted: set[AuditHead] = set()

    @property
    def head(self) -> AuditHead | None:
        """The last entry that was found to be whole."""
        return None if self.last is None else self.last.head

    def follow(self) -> ChainFinding | None:
        """Check one entry after another; return the first finding."""
        for entry in self._read():
            self.n += 1
            if self.last is None and entry.seq != 1:
                self.begins = AuditHead(seq=entry.seq - 1, hash=entry.previous)
            finding = self._check(entry)
            if finding is not None:
                return finding
            self.last = entry
            if entry.head in self._heads.values():
                self._noted.add(entry.head)
            if entry.action == PRUNE and (self._file is None or self._file.covers(entry)):
                details = entry.details
                self._anchors.add((str(details.get("up_to")), str(details.get("hash"))))
        return None

    def check_start(self) -> ChainFinding | None:
        """Return a finding if what came before the first entry was not pruned."""
        begins = self.begins
        if begins.seq == 0 or (str(begins.seq), begins.hash) in self._anchors:
            return None
        return _find("removed", 1, begins.seq, "no entry says that this was pruned")

    def check_stated(self, stated: AuditHead) -> ChainFinding | None:
        """Return a finding if a head that was noted elsewhere is not one of the chain."""
        seq = self.begins.seq if self.last is None else self.last.seq
        if stated.seq > seq:
            return _find("cut", seq + 1, stated.seq, f"entry {stated.seq} was noted as the head")
        if stated == self.begins or stated in self._noted:
            return None
        if stated.seq <= self.begins.seq:
            words = "it was pruned and cannot be compared: use a head that was noted later"
        else:
            words = "another hash was noted for it: it, or one before it, was written anew"
        return _find("rewritten", stated.seq, stated.seq, words)

    def _check(self, entry: AuditEntry) -> ChainFinding | None:
        before = self.head or self.begins
        due = before.seq + 1
        if entry.seq != due:
            if entry.seq < due or due in {one.seq for one in self._read()}:
                return _find("reordered", due, due, f"in its place is entry {entry.seq}")
            return _find("removed", due, entry.seq - 1, f"entry {entry.seq} follows {before.seq}")
        if not entry.has_own_hash():
            return _place(self._read, before, entry)
        if entry.previous == before.hash:
            return None
        # Both are whole in themselves: what comes after tells which of them was written anew.
        if before.seq == 0 or not self._is_confirmed(entry):
            return _find("changed", due, due, f"it does not follow entry {before.seq}")
        return _find("changed", before.seq, before.seq, f"entry {due} names another hash for it")

    def _is_confirmed(self, entry: AuditEntry) -> bool:
        if self._heads.get(entry.seq) == entry.head:
            return True
        return any(one.previous == entry.hash for one in self._read() if one.seq == entry.seq + 1)


def _place(read: ReadEntries, before: AuditHead, entry: AuditEntry) -> ChainFinding:
    """Tell why an entry's hash is not its own: it was moved or edited, or one was removed."""
    due, places = entry.seq, {entry.seq + 1}
    for earlier, later in pairwise(read()):
        if later.previous == before.hash and later.seq != due and later.has_own_hash(seq=due):
            words = f"it is in the place of entry {later.seq}"
            return _find("reordered", due, due, words)
        if later.previous == entry.hash:
            places.add(later.seq - 1)
        if entry.previous == earlier.hash:
            places.add(earlier.seq + 1)
    if any(seq != due and entry.has_own_hash(seq=seq) for seq in places):
        return _find("removed", due, due, "those after it were renumbered")
    return _find("changed", due, due, "its hash is not that of its content")


def _check_head(last: AuditEntry | None, noted: NotedHead | None) -> ChainFinding | None:
    """Compare the last entry with the head file: after a crash it is the one that was announced."""
    seq = 0 if last is None else last.seq
    if noted is not None and noted.last.seq > seq:
        return _find("cut", seq + 1, noted.last.seq, f"the head is entry {noted.last.seq}")
    if last is None:
        return None
    if noted is None:
        return _find("head", seq, seq, "the file of the head is missing")
    if last.head in (noted.last, noted.announced) or _is_behind(noted, last):
        return None
    head = noted.last
    if head.seq == seq:
        return _find("rewritten", seq, seq, "the head names another hash for it")
    words = f"the head is entry {head.seq} with hash {head.hash[:12]}, which did not announce it"
    return _find("head", min(head.seq + 1, seq), seq, words)


def _is_behind(noted: NotedHead, last: AuditEntry) -> bool:
    """Return whether a crash of an earlier program left the head one entry behind.

    Not where entries would have been removed: then nothing else bears witness to them.
    """
    before = AuditHead(seq=last.seq - 1, hash=last.previous)
    return noted.is_old and noted.last == before and last.action != PRUNE


_WORDS: dict[ChainFault, str] = {
    "removed": "removed",
    "changed": "changed",
    "reordered": "not in its place",
    "cut": "cut off the end",
    "rewritten": "not the one that was noted",
    "head": "not confirmed by the head",
}


def _find(kind: ChainFault, first: int, last: int, why: str) -> ChainFinding:
    which = f"entry {first}" if first >= last else f"entries {first} to {last}"
    verb = "is" if first >= last else "are"
    words = f"{which} {verb} {_WORDS[kind]}: {why}"
    return ChainFinding(kind=kind, first=first, last=last, words=words)
