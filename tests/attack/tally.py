"""What an attack did: how many of each kind were tried, how they ended, and what was wrong."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

REFUSED, WARNED, TAKEN = "refused", "warned", "taken"
_MOST_SHOWN: Final = 20
_LINE: Final = "{:<34}{:>8}{:>9}{:>8}{:>8}{:>7}{:>8}{:>6}"


@dataclass
class Tally:
    """The attempts of one kind: how many ended how, the longest, and the most memory it took."""

    kind: str
    ended: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((REFUSED, WARNED, TAKEN), 0)
    )
    wrong: list[str] = field(default_factory=list)
    seconds: float = 0.0
    mb: float = 0.0

    @property
    def tried(self) -> int:
        """How many were tried."""
        return sum(self.ended.values())

    def add(
        self,
        outcome: str,
        *,
        n: int = 1,
        fault: str | None = None,
        seconds: float = 0,
        mb: float = 0,
    ) -> None:
        """Count some that ended alike; a fault is told by what it was."""
        self.ended[outcome] += n
        self.seconds, self.mb = max(self.seconds, seconds), max(self.mb, mb)
        if fault is not None:
            self.wrong.append(fault)

    def join(self, other: "Tally") -> "Tally":
        """Count another's attempts of the same kind among one's own; return these."""
        for outcome, n in other.ended.items():
            self.ended[outcome] += n
        self.wrong += other.wrong
        self.seconds, self.mb = max(self.seconds, other.seconds), max(self.mb, other.mb)
        return self


def write_report(tallies: Iterable[Tally]) -> str:
    """Return the report: a line a kind, and the faults one by one."""
    known = list(tallies)
    heads = ("kind", "tried", "refused", "warned", "taken", "wrong", "s most", "MB")
    lines = [_LINE.format(*heads)]
    for one in known:
        counts = (one.ended[REFUSED], one.ended[WARNED], one.ended[TAKEN], len(one.wrong))
        lines.append(
            _LINE.format(one.kind, one.tried, *counts, f"{one.seconds:.2f}", f"{one.mb:.0f}")
        )
    lines.append(f"{sum(one.tried for one in known):,} tried")
    wrong = [f"{one.kind}: {fault}" for one in known for fault in one.wrong]
    lines += wrong[:_MOST_SHOWN]
    if len(wrong) > _MOST_SHOWN:
        lines.append(f"and {len(wrong) - _MOST_SHOWN} more")
    lines.append(f"{len(wrong)} wrong" if wrong else "0 wrong")
    return "\n".join(lines)
