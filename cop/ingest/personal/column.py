"""Columns about persons: by their names in every language of the regions, and by their cells."""

# ruff: noqa: RUF001 Serbian is written in Cyrillic too

import json
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from cop.ingest.personal.cell import holds_personal_cells

LANGUAGES = ("en", "es", "hu", "sr")
_CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "ђ": "dj", "е": "e", "ж": "z", "з": "z",
    "и": "i", "ј": "j", "к": "k", "л": "l", "љ": "lj", "м": "m", "н": "n", "њ": "nj", "о": "o",
    "п": "p", "р": "r", "с": "s", "т": "t", "ћ": "c", "у": "u", "ф": "f", "х": "h", "ц": "c",
    "ч": "c", "џ": "dz", "ш": "s", "đ": "dj", "ø": "o", "ł": "l", "ß": "ss",
}  # fmt: skip
_LETTERS = str.maketrans(
    {
        **_CYRILLIC,
        **{a.upper(): b.capitalize() for a, b in _CYRILLIC.items() if len(a.upper()) == 1},
    }
)
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_KEY = re.compile(r"[\"']([^\"'{}\[\]:,]{1,60})[\"']\s*:")
_LABEL = re.compile(r"(?:^|[\n;|>,])\s*([^\W\d][^:\n;|<>,]{1,40})(?:\s*:|\s*</t[dh]>)")
_LEAST_SQUEEZED, _LEAST_INSIDE = 6, 9
_MOST_COUNT, _MOST_KINDS = 1_000, 3
_MOST_DIGITS = 9
_SHARE, _MANY = 0.3, 20


@dataclass(frozen=True, kw_only=True)
class WordList:
    """Words, of which some stand for all that begin with them."""

    plain: frozenset[str]
    stems: tuple[str, ...]

    def has(self, word: str) -> bool:
        """Return whether a word is one of them."""
        return word in self.plain or (bool(self.stems) and word.startswith(self.stems))

    def hits(self, words: Sequence[str]) -> bool:
        """Return whether one of several words is one of them."""
        return any(map(self.has, words))


@dataclass(frozen=True, kw_only=True)
class PersonWords:
    """The words of all languages, folded; each part is explained in en.yaml."""

    words: WordList
    contacts: WordList
    birth: WordList
    whole: WordList
    persons: WordList
    roles: WordList
    details: WordList
    numbers: WordList
    companions: WordList
    things: WordList
    phrases: frozenset[tuple[str, ...]]
    squeezed: frozenset[str]
    short: Mapping[str, str]

    def has_phrase(self, words: Sequence[str]) -> bool:
        """Return whether words follow each other as in a phrase, apart or written together."""
        joined = "".join(words)
        if joined in self.squeezed or any(
            len(text) >= _LEAST_INSIDE and text in word for word in words for text in self.squeezed
        ):
            return True
        places = range(len(words))
        return any(
            tuple(words[a:b]) in self.phrases for a in places for b in range(a + 2, len(words) + 1)
        )


@cache
def read_person_words() -> PersonWords:
    """Read the word lists of every language beside this file."""
    folder = Path(__file__).parent
    read = [
        yaml.safe_load((folder / f"{name}.yaml").read_text(encoding="utf-8")) for name in LANGUAGES
    ]
    lists = {}
    for part in read[0]:
        if part not in ("phrases", "short"):
            words = [word for one in read for word in one[part].split()]
            lists[part] = WordList(
                plain=frozenset(word for word in words if not word.endswith("*")),
                stems=tuple(word[:-1] for word in words if word.endswith("*")),
            )
    phrases = frozenset(tuple(phrase.split()) for one in read for phrase in one["phrases"])
    squeezed = frozenset("".join(phrase) for phrase in phrases)
    return PersonWords(
        **lists,
        phrases=phrases,
        squeezed=frozenset(text for text in squeezed if len(text) >= _LEAST_SQUEEZED),
        short={cut: word for one in read for cut, word in one["short"].items()},
    )


def fold_letters(text: str) -> str:
    """Return text in Latin letters without diacritics, its case kept."""
    latin = unicodedata.normalize("NFC", text).translate(_LETTERS)
    plain = unicodedata.normalize("NFKD", latin)
    return "".join(char for char in plain if not unicodedata.combining(char))


def split_name(name: str) -> tuple[str, ...]:
    """Return the words of a name: in lower case and Latin letters, without diacritics or digits."""
    split = _CAMEL.sub(" ", re.sub(r"['\u2019]s?(?![a-zA-Z])", "", fold_letters(name)))
    return tuple(re.findall(r"[a-z]+", split.lower()))


def is_birth(name: str) -> bool:
    """Return whether a column is named as a date, year or place of birth."""
    return read_person_words().birth.hits(split_name(name))


def is_personal(name: str, sample: Sequence[str]) -> bool:
    """Return whether a column is about persons, by its name or its first filled cells."""
    cells = [text.strip() for text in sample if text.strip()]
    return (
        _is_named_so(split_name(name), cells)
        or holds_personal_cells(cells, share=_SHARE)
        or _nests(cells)
    )


def identifies(name: str, sample: Sequence[str]) -> bool:
    """Return whether a column names one person or their document: others beside it are of them."""
    words = split_name(name)
    own = read_person_words()
    return not own.contacts.hits(words) and _is_named_so(words, list(sample))


def accompanies(name: str) -> bool:
    """Return whether a column, such as a mere name, is personal beside one that identifies."""
    words, own = split_name(name), read_person_words()
    return bool(words) and all(map(own.companions.has, words))


def _is_named_so(words: Sequence[str], cells: Sequence[str]) -> bool:
    short = read_person_words().short
    full = tuple(part for word in words for part in short.get(word, word).split())
    return bool(words) and (_says_so(words, cells) or (full != words and _says_so(full, cells)))


def _says_so(words: Sequence[str], cells: Sequence[str]) -> bool:
    own = read_person_words()
    if own.birth.hits(words) or (len(words) == 1 and own.whole.has(words[0])):
        return True
    is_count, of_thing = _are_counts(cells), own.things.hits(words)
    if own.has_phrase(words):
        return not is_count
    if own.words.hits(words) or own.contacts.hits(words):
        return not is_count and not of_thing
    return _is_of_person(words, cells)


def _is_of_person(words: Sequence[str], cells: Sequence[str]) -> bool:
    """Return whether words name a person and a detail of one, or a person and cells are names."""
    own = read_person_words()
    rest = [w for w in words if not own.persons.has(w) and not own.roles.has(w)]
    if len(rest) < len(words):
        if own.details.hits([word for word in rest if not own.numbers.has(word)]):
            return True
        if own.numbers.hits(rest):
            return not _are_counts(cells)
    named = own.persons.hits(words) and not own.things.hits(words)
    plural = own.persons.hits([w.removesuffix("s") for w in rest]) and own.details.hits(
        [word for word in rest if not own.numbers.has(word)]
    )
    return plural or (named and _are_names(cells))


def _are_counts(cells: Sequence[str]) -> bool:
    """Return whether all cells are small whole numbers, as counts are."""
    return bool(cells) and all(map(_is_count, cells))


def _is_count(text: str) -> bool:
    """Return whether a cell is a small whole number: not every digit of Unicode is one of int."""
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return is_number and int(text) < _MOST_COUNT


def _are_names(cells: Sequence[str]) -> bool:
    """Return whether cells are words, and not always the same few."""
    words = [text for text in cells if any(map(str.isalpha, text))]
    if len(words) * 2 < len(cells) or not words:
        return False
    return len(cells) < _MANY or len(set(words)) > _MOST_KINDS


def _nests(cells: Sequence[str]) -> bool:
    """Return whether cells hold further fields, JSON or labels in a text, about persons."""
    nested = [text for text in cells if text[:1] in "{["]
    if any(_is_named_so(words, ()) for text in nested for words in _list_keys(text)):
        return True
    labeled = sum(
        any(_is_named_so(split_name(label), ()) for label in _LABEL.findall(text))
        for text in cells
        if ":" in text or "</t" in text
    )
    return bool(cells) and labeled >= _SHARE * len(cells)


def _list_keys(text: str) -> Iterator[tuple[str, ...]]:
    """Return the names of the fields of a JSON text, alone and behind that of their parent."""
    try:
        yield from _walk(json.loads(text), ())
    except (ValueError, RecursionError):
        yield from (split_name(key) for key in _KEY.findall(text))


def _walk(value: object, parent: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            words = split_name(str(key))
            yield words
            yield (*parent, *words)
            yield from _walk(inner, words)
    elif isinstance(value, list):
        for inner in value:
            yield from _walk(inner, parent)
