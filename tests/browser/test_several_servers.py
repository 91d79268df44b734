"""A page behind the load balancer, whose server is killed."""

from contextlib import closing
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from playwright.sync_api import Browser

from cop.access.people import LocalAccounts
from cop.bench.cluster.proxy import proxying
from cop.model.moment import format_moment, utc_now
from cop.settings import StoreSettings
from cop.store.room.people import People
from tests.browser.conftest import Visit, wait
from tests.support.access import FAST, PASSWORD, shipped_policy
from tests.support.cluster import THIS_MACHINE, two_servers
from tests.support.command import free_port, kill

pytestmark = [pytest.mark.scale, pytest.mark.full]


def test_shown_a_picture_goes_on_when_its_server_is_killed(
    database: str, tmp_path: Path, browser: Browser
) -> None:
    environment = {"COP_SIGN_IN": "local", "COP_TRUSTED_PROXIES": "127.0.0.1"}
    with two_servers(database, tmp_path, **environment) as servers:
        add_account(StoreSettings(data=tmp_path / "warehouse", database=database))
        hosts = [urlsplit(base).netloc for base in (*servers, servers[-1])]
        with (
            proxying(THIS_MACHINE, hosts, tmp_path, port=free_port()) as proxy,
            closing(browser.new_context(ignore_https_errors=True)) as context,
        ):
            seen = Visit(context.new_page())
            seen.page.goto(f"{proxy.address}/sign-in?next=/")
            seen.page.get_by_label("Login").fill("ana")
            seen.page.get_by_label("Password").fill(PASSWORD)
            seen.page.keyboard.press("Enter")
            wait(lambda: "sign-in" not in seen.address(), "the page after signing in")
            # Dates of its own, so that no minute that passes changes what is shown.
            end = utc_now().replace(microsecond=0) - timedelta(days=1)
            days = {"from": format_moment(end - timedelta(days=20)), "to": format_moment(end)}
            asked = {"records": "synthetic", "sector": "TCA", **days}
            seen.open(f"{proxy.address}/?{urlencode(asked)}")
            own, before = server_of(seen), figures(seen)
            runs = seen.runs()
            kill(servers[min(own, 2) - 1])
            wait(lambda: server_of(seen) != own and seen.runs() > runs, "another server's page")
            assert figures(seen.rest()) == before
            # It goes on: a shorter window is one click away, as on the server before.
            seen.page.get_by_text("7 d", exact=True).first.click()
            wait(lambda: "window=7" in seen.address(), "the shorter window")
            assert figures(seen.rest()) != before
            assert seen.faults == []
            assert not seen.away


def add_account(settings: StoreSettings) -> None:
    with closing(People(settings)) as people:
        accounts = LocalAccounts(people, shipped_policy(), hasher=FAST)
        accounts.add("ana", PASSWORD, name="Ana", agency="JTF", roles=["analyst"], by="tests")


def server_of(seen: Visit) -> int:
    """The number of the server that the proxy has chosen for a browser."""
    (cookie,) = [one for one in seen.page.context.cookies() if one["name"] == "COP_SERVER"]
    return int(cookie["value"].removeprefix("server"))


def figures(seen: Visit) -> list[str]:
    """The page's figures, each with its title."""
    found = seen.page.get_by_test_id("stMetric").all_inner_texts()
    assert any(text.startswith("Events") for text in found)
    return found
