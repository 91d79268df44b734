"""The services that tests of queries use."""

from tests.query.conftest import events, service, small, standing  # noqa: F401 fixtures
