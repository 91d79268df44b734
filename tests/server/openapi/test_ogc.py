"""The schemas of OGC API's answers are valid in OpenAPI 3.0 too."""

import json

import pytest

from cop.server.openapi.ogc import build_ogc_schemas

pytestmark = pytest.mark.exchange


def test_no_schema_needs_a_later_openapi() -> None:
    text = json.dumps(build_ogc_schemas())
    assert not any(word in text for word in ('"const"', '"null"', "prefixItems", "$defs"))
    assert all(one["type"] == "object" for one in build_ogc_schemas().values())
