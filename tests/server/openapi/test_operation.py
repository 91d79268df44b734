"""Tests of operations: each says what it answers, and names the parts of its address."""

import re

import pytest

from cop.server.openapi.operation import OPERATIONS, STATUSES, ApiOperation

pytestmark = pytest.mark.access


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
def test_the_parts_of_an_address_are_parameters(operation: ApiOperation) -> None:
    places = [one.name for one in operation.parameters if one.place == "path"]
    assert places == re.findall(r"\{(\w+)\}", operation.address)
    names = [(one.place, one.name) for one in operation.parameters]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.path)
def test_every_status_has_its_reason_and_its_body(operation: ApiOperation) -> None:
    responses = operation.to_json()["responses"]
    assert responses["200"]["content"].keys() == operation.content.keys()
    for status in operation.statuses:
        note, content = STATUSES[status]
        assert responses[str(status)]["description"] == note
        assert responses[str(status)].get("content", {}).keys() == content.keys()
    assert ({} in operation.to_json()["security"]) == (401 not in operation.statuses)
