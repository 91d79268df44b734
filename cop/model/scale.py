"""Values that follow a feature's properties: one for all, one for each class, one for each step."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

Properties = Mapping[str, Any]
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True)
class Constant(Generic[T]):
    """The same value for every feature."""

    value: T

    def of(self, properties: Properties) -> T:
        """Return the value of a feature."""
        return self.value

    def every(self) -> tuple[T, ...]:
        """Return all values that a feature may have."""
        return (self.value,)

    def map(self, change: Callable[[T], U]) -> "Constant[U]":
        """Return the scale with its value changed."""
        return Constant(change(self.value))


@dataclass(frozen=True, kw_only=True)
class ByClass(Generic[T]):
    """A value for each text that a property may hold, and one for whatever else it holds."""

    property: str
    values: Mapping[str, T]
    other: T

    def of(self, properties: Properties) -> T:
        """Return the value of a feature."""
        value = properties.get(self.property)
        return self.other if value is None else self.values.get(class_value(value), self.other)

    def every(self) -> tuple[T, ...]:
        """Return all values that a feature may have."""
        return (*self.values.values(), self.other)

    def map(self, change: Callable[[T], U]) -> "ByClass[U]":
        """Return the scale with its values changed."""
        values = {text: change(value) for text, value in self.values.items()}
        return ByClass(property=self.property, values=values, other=change(self.other))


@dataclass(frozen=True, kw_only=True)
class ByStep(Generic[T]):
    """``values[i]`` below ``breaks[i]`` of a number, the last from there up."""

    property: str
    breaks: tuple[float, ...]
    values: tuple[T, ...]
    unknown: T

    def of(self, properties: Properties) -> T:
        """Return the value of a feature."""
        value = properties.get(self.property)
        if value is None:
            return self.unknown
        return self.values[sum(float(value) >= edge for edge in self.breaks)]

    def every(self) -> tuple[T, ...]:
        """Return all values that a feature may have."""
        return (*self.values, self.unknown)

    def map(self, change: Callable[[T], U]) -> "ByStep[U]":
        """Return the scale with its values changed."""
        return ByStep(
            property=self.property,
            breaks=self.breaks,
            values=tuple(map(change, self.values)),
            unknown=change(self.unknown),
        )


Scale = Constant[T] | ByClass[T] | ByStep[T]


def class_value(value: bool | int | float | str) -> str:
    """Return a value of a class as the tiles carry it."""
    return str(value).lower() if isinstance(value, bool) else str(value)
