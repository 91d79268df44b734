"""Tests of the table from errors to statuses."""

import inspect

import pytest

from cop import errors
from cop.errors import CopError
from cop.server.error_handler import STATUSES, status_of

pytestmark = pytest.mark.picture

FAULTS = [
    kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, CopError)
]


@pytest.mark.parametrize("kind", FAULTS)
def test_every_error_has_a_status(kind: type[CopError]) -> None:
    assert 400 <= status_of(kind("x")) < 600


def test_the_nearest_class_decides() -> None:
    assert status_of(errors.DatasetMissingError("x")) == 404
    assert status_of(errors.StoreError("x")) == 503
    assert status_of(errors.RegionError("x")) == STATUSES[CopError] == 500
