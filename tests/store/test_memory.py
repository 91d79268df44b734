"""Tests of giving free memory back."""

import ctypes

import pytest

from cop.store.memory import release_memory

pytestmark = pytest.mark.house


class Library:
    """A C library that counts what is asked of it."""

    def __init__(self) -> None:
        self.trimmed: list[int] = []

    def malloc_trim(self, pad: int) -> int:
        self.trimmed.append(pad)
        return 1


def test_all_that_is_free_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    library = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: library)
    release_memory()
    assert library.trimmed == [0]


def test_a_library_without_it_is_asked_for_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Bare:
        """A C library of another maker."""

        def __getattr__(self, name: str) -> None:
            asked.append(name)
            raise AttributeError(name)

    monkeypatch.setattr(ctypes, "CDLL", lambda _name: Bare())
    release_memory()
    assert asked == ["malloc_trim"]
