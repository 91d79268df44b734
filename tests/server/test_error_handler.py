"""Tests of the table from errors to statuses."""

import asyncio
import inspect

import pytest
from starlette.requests import Request

from cop import errors
from cop.errors import CopError
from cop.server.error_handler import STATUSES, render_fault, status_of

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


def test_who_is_too_fast_is_told_how_long_to_wait() -> None:
    request = Request({"type": "http"})
    answer = asyncio.run(render_fault(request, errors.PaceError("wait")))
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")
    assert "retry-after" not in asyncio.run(render_fault(request, errors.ReportError("x"))).headers
