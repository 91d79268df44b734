"""Parts of an address that cannot be applied: what was asked for, and why it is left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

_MOST_NAMED: Final = 4
_MOST_WORDS: Final = 160
_LONGEST: Final = 100
_MOST_CALLED: Final = 60


@dataclass(frozen=True, kw_only=True)
class UnappliedPart:
    """A parameter of an address with a value that is left out, and the words that say why.

    A long value is cut; that also keeps it from ever being applied.
    """

    name: str
    value: str
    words: str

    @classmethod
    def of(cls, name: str, value: str, words: str) -> Self:
        """Return the part with its texts cut to what an address and a line can hold."""
        return cls(name=_cut(name, _LONGEST), value=_cut(value, _LONGEST), words=_word(words))


def build_lacking(
    name: str, value: str, *, stated: str | None = None, then: bool = False
) -> UnappliedPart:
    """Return a part that names what the warehouse does not have, or did not have ``then``.

    ``stated`` is what to call it, without a word the parameter and its value.
    """
    called = stated or f"{name} {value[:_MOST_CALLED]}"
    had = "did not have then" if then else "does not have"
    return UnappliedPart.of(name, value, f"{called}, which this warehouse {had}")


def describe_unapplied(parts: Sequence[UnappliedPart]) -> str:
    """Return in one line what is not applied; empty where everything is."""
    if not parts:
        return ""
    words = list(dict.fromkeys(part.words for part in parts))
    more = f"; and {len(words) - _MOST_NAMED} more" if len(words) > _MOST_NAMED else ""
    return f"Not applied: {'; '.join(words[:_MOST_NAMED])}{more}"


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}\N{HORIZONTAL ELLIPSIS}"


def _word(text: str) -> str:
    return _cut("".join(c if c.isprintable() else " " for c in text), _MOST_WORDS)
