"""Tests of the plain relay of the bench: it answers pings, and who shows its certificate alone."""

import asyncio
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from cop.bench.cot_server import serving_cot
from cop.errors import TakError
from cop.exchange.tak.connection import connect
from cop.exchange.tak.relay import check_server
from cop.model.moment import utc_instant
from tests.support.tak import make_authority

pytestmark = [pytest.mark.exchange, pytest.mark.full]


def test_it_answers_who_shows_its_certificate_alone(tmp_path: Path) -> None:
    stranger = make_authority(tmp_path).issue("stranger")
    with serving_cot() as own:
        asyncio.run(check_server(lambda: connect(own), now=utc_instant))
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        context.load_cert_chain(stranger.certificate, stranger.key)
        other = replace(own, tls=context)
        with pytest.raises(TakError, match="refused our certificate"):
            asyncio.run(check_server(lambda: connect(other), now=utc_instant))
