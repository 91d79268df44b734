"""Two servers of one warehouse, one with sign-in: the same requests, interleaved, and the ratio."""

import secrets
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import numpy as np
from tqdm import tqdm

from cop.access.identity import SESSION_COOKIE
from cop.access.people import LocalAccounts
from cop.access.policy import Policy, read_policy
from cop.bench.answer import DisagreementError
from cop.bench.gate.load import BenchRequestError, LoadClients, ServedBlock
from cop.bench.gate.question import AGAIN, AGAIN_TIMES, REQUEST_KINDS, SIDES, draw_requests
from cop.bench.gate.withheld import HIGHEST_OF_OTHERS, load_withheld
from cop.bench.sample import Sample, open_sample
from cop.bench.server import serving_process
from cop.model.marking import MARKINGS
from cop.model.release import Release
from cop.resource import package_path
from cop.settings import StoreSettings
from cop.store.room.people import People
from cop.store.warehouse import Warehouse

ALL = "all"
"""The name of all kinds together."""
_HTML = {"Accept": "text/html,*/*", "Accept-Encoding": "gzip"}


@dataclass
class _Taken:
    """What one side took for one kind: a block for each round, one time for each request."""

    blocks: list[ServedBlock] = field(default_factory=list)

    @property
    def seconds(self) -> "np.ndarray[Any, Any]":
        return np.array([block.seconds for block in self.blocks])

    @property
    def cpu_s(self) -> float:
        return sum(block.cpu_s for block in self.blocks)


_Taking = dict[str, dict[str, _Taken]]


def run_gate(
    sample: Sample, *, rounds: int, requests: int, clients: int, share: float = 0.25
) -> dict[str, Any]:
    """Return {events, withheld, kinds: {kind: {sides: {side: {...}}, ratios: {side: {...}}}}}.

    A ratio is what a side took over what the server without sign-in took for the same requests in
    the same round. ``share`` of the demo's number are further records that one side may not read.
    """
    with open_sample(sample) as built, tempfile.TemporaryDirectory(prefix="cop-bench-") as scratch:
        folder = Path(scratch)
        # A copy: the accounts and the marked records are no part of the sample.
        settings = built.of_files(folder / "warehouse")
        shutil.copytree(built.data, settings.data)
        withheld = load_withheld(settings, folder, round(sample.events * share), seed=sample.seed)
        with closing(Warehouse(settings)) as warehouse:
            policy = read_policy(package_path("data", "access.yaml"))
            lower = Release(agency=policy.host, highest=HIGHEST_OF_OTHERS)
            readable = warehouse.admit(warehouse.snapshot, lower)
            drawn = [
                *draw_requests(
                    warehouse, readable, seed=sample.seed, rounds=rounds + 1, requests=requests
                )
            ]
        passwords = _add_people(settings, policy)
        with _open_sides(settings, passwords, folder, clients) as sides:
            taking = _race(sides, drawn)
    return {
        "events": sample.events,
        "withheld": withheld,
        "clients": clients,
        "rounds": rounds,
        "requests": requests,
        "kinds": _figures(taking),
    }


@contextmanager
def _open_sides(
    settings: StoreSettings, passwords: Mapping[str, str], folder: Path, clients: int
) -> Iterator[dict[str, LoadClients]]:
    # The limit of a person's requests is asked, and is above what one machine answers.
    environment = {"COP_PERSON_REQUESTS": "1000000"}
    with ExitStack() as stack:
        off, off_pid = stack.enter_context(
            serving_process(settings, folder / "off.txt", environment=environment)
        )
        on, on_pid = stack.enter_context(
            serving_process(
                settings, folder / "on.txt", "--sign-in", "local", environment=environment
            )
        )
        sides = {"off": LoadClients(off, off_pid, clients=clients, headers=_HTML)}
        for login, password in passwords.items():
            headers = _HTML | {"Cookie": _sign_in(on, login, password)}
            sides[login] = LoadClients(on, on_pid, clients=clients, headers=headers)
        for side in sides.values():
            stack.callback(side.close)
        yield sides


def _add_people(settings: StoreSettings, policy: Policy) -> dict[str, str]:
    """Add who reads everything and who reads less, each named as their side; give passwords."""
    highest = {"on": MARKINGS[-1], "lower": HIGHEST_OF_OTHERS}
    passwords = {login: secrets.token_urlsafe() for login in highest}
    with closing(People(settings)) as people:
        accounts = LocalAccounts(people, policy)
        for login, password in passwords.items():
            accounts.add(
                login, password, name=login.title(), agency=policy.host, roles=["viewer"],
                highest=highest[login], by="cop bench",
            )  # fmt: skip
    return passwords


def _sign_in(address: str, login: str, password: str) -> str:
    """Sign in by the form as a browser does; return the cookie."""
    body = urlencode({"login": login, "password": password, "next": "/"})
    form = "application/x-www-form-urlencoded"
    with closing(HTTPConnection(urlsplit(address).netloc, timeout=60)) as connection:
        connection.request("POST", "/sign-in", body, {"Origin": address, "Content-Type": form})
        answer = connection.getresponse()
        cookie = (answer.getheader("Set-Cookie") or "").partition(";")[0]
    if not cookie.startswith(f"{SESSION_COOKIE}="):
        raise BenchRequestError(f"sign-in of {login!r} answered {answer.status} without a session")
    return cookie


def _race(sides: Mapping[str, LoadClients], drawn: Sequence[Mapping[str, list[str]]]) -> _Taking:
    """Let the sides take turns at being first; the first round warms up and is not timed."""
    taking = {kind: {side: _Taken() for side in sides} for kind in REQUEST_KINDS}
    names = list(sides)
    for number, paths_by_kind in enumerate(
        tqdm(drawn, file=sys.stderr, desc="rounds", leave=False)
    ):
        turn = number % len(names)
        for kind, paths in paths_by_kind.items():
            blocks = {name: _ask(sides[name], kind, paths) for name in names[turn:] + names[:turn]}
            check_same(kind, paths, blocks["off"][kind], blocks["on"][kind])
            for name, by_kind in blocks.items():
                for of_kind, block in by_kind.items():
                    if number:
                        taking[of_kind][name].blocks.append(block)
    return taking


def _ask(clients: LoadClients, kind: str, paths: Sequence[str]) -> dict[str, ServedBlock]:
    """Ask for the paths of a kind, and once more where that is a kind of its own."""
    blocks = {kind: clients.ask(paths)}
    if kind + AGAIN in REQUEST_KINDS:
        blocks[kind + AGAIN] = clients.ask([*paths] * AGAIN_TIMES)
    return blocks


def check_same(kind: str, paths: Sequence[str], off: ServedBlock, on: ServedBlock) -> None:
    """Raise DisagreementError unless whom everything is released to had what everyone has.

    A page says who is signed in, so that pages are not compared.
    """
    if kind == "page":
        return
    for path, one, other in zip(paths, off.digests, on.digests, strict=True):
        if one != other:
            raise DisagreementError(f"{path}: signed in another answer than without sign-in")


def _figures(taking: _Taking) -> dict[str, Any]:
    figures = {kind: _figure(taken) for kind, taken in taking.items()}
    together = {
        side: _Taken([block for taken in taking.values() for block in taken[side].blocks])
        for side in SIDES
    }
    # A round of all kinds is one figure.
    rounds = len(taking["page"]["off"].blocks)
    figures[ALL] = _figure(together, rounds=rounds)
    return figures


def _figure(taken: Mapping[str, _Taken], *, rounds: int = 0) -> dict[str, Any]:
    seconds = {side: one.seconds for side, one in taken.items()}
    if rounds:
        seconds = {side: one.reshape(-1, rounds).sum(axis=0) for side, one in seconds.items()}
    return {
        "sides": {side: _describe(one) for side, one in taken.items()},
        "ratios": {
            side: _compare(seconds["off"], seconds[side])
            | {"cpu": _round(one.cpu_s / taken["off"].cpu_s if taken["off"].cpu_s else None)}
            for side, one in taken.items()
            if side != "off"
        },
    }


def _describe(taken: _Taken) -> dict[str, float]:
    took = np.concatenate([block.took_ms for block in taken.blocks])
    return {
        "median_ms": round(float(np.percentile(took, 50)), 3),
        "p95_ms": round(float(np.percentile(took, 95)), 3),
        "per_s": round(len(took) / float(taken.seconds.sum()), 1),
        "cpu_ms": round(1000 * taken.cpu_s / len(took), 3),
    }


def _compare(off: "np.ndarray[Any, Any]", side: "np.ndarray[Any, Any]") -> dict[str, float | None]:
    """Return the ratio of the whole, and the middle half of the rounds' own ratios."""
    low, middle, high = (float(one) for one in np.percentile(side / off, (25, 50, 75)))
    return {
        "time": _round(float(side.sum() / off.sum())),
        "median": _round(middle), "low": _round(low), "high": _round(high),
    }  # fmt: skip


def _round(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 3)
