"""Tests that hold for each kind of catalogue: the file of one machine, and a database."""

import pytest

SQLITE, POSTGRES = "sqlite", "postgres"
each_kind = pytest.mark.parametrize(
    "settings",
    [SQLITE, pytest.param(POSTGRES, marks=[pytest.mark.full, pytest.mark.scale])],
    indirect=True,
)
"""Marks a test whose fixture ``settings`` is of a warehouse of the kind."""
on_postgres = pytest.mark.parametrize(
    "settings", [pytest.param(POSTGRES, marks=[pytest.mark.full, pytest.mark.scale])], indirect=True
)
