"""A package that is not installed, as some modules see it that are imported anew."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def lacking(package: str, *, seen_by: str) -> Iterator[None]:
    """Hide a package from a module or package of ours; leave all modules as they were."""
    parent, _, name = seen_by.rpartition(".")
    before = _modules_of(package) | _modules_of(seen_by)
    _forget(before)
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        _forget(_modules_of(package) | _modules_of(seen_by))
        sys.modules.update(before)
        # An import sets the attribute of the parent too: a name with dots is looked up through it.
        if seen_by in before:
            setattr(sys.modules[parent], name, before[seen_by])
        elif parent in sys.modules:
            vars(sys.modules[parent]).pop(name, None)


def _modules_of(name: str) -> dict[str, ModuleType]:
    return {n: m for n, m in sys.modules.items() if n == name or n.startswith(f"{name}.")}


def _forget(names: dict[str, ModuleType]) -> None:
    for name in names:
        del sys.modules[name]
