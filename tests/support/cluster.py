"""Two servers of one warehouse, and the load balancer before them, on the machine of the tests."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from cop.bench.cluster.network import Machine
from tests.support.command import run_cop, serving

LOCAL = "127.0.0.1"


class ThisMachine(Machine):
    """The machine of the tests."""

    def inside(self, *command: str) -> list[str]:
        return [*command]


THIS_MACHINE = ThisMachine(name="proxy", host=LOCAL, holder=0, link="")


@contextmanager
def two_servers(database: str, folder: Path, **environment: str) -> Iterator[tuple[str, str]]:
    """Serve one warehouse by two servers."""
    data = folder / "warehouse"
    own = {"COP_DATABASE": database, "COP_POLL_SECONDS": "0.2", **environment}
    done = run_cop("demo", "--events", "200", "--days", "30", "--data", data, environment=own)
    assert done.returncode == 0, done.stderr
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(serving(data, folder / f"{name}.txt", environment=own))
            for name in ("first", "second")
        )
        yield first, second
