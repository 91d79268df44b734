"""Runs operations under fault, each in a fork of a process that has everything imported.

Reads one JSON order a line on stdin and answers each with one line on stdout. Started with the
shim in LD_PRELOAD; a fork is armed before it works, so only its work is counted.
"""

import ctypes
import json
import os
import sys
import traceback
from pathlib import Path
from typing import Any

from cop.errors import CopError
from cop.settings import StoreSettings
from cop.store.engine import open_engine
from tests.support.fault.operation import AUDITED, CARELESS, OPERATIONS

DONE, REFUSED, CRASHED = 0, 3, 4


def main() -> None:
    """Answer orders until stdin ends; forks need not check DuckDB's extensions again."""
    open_engine(StoreSettings(threads=1)).close()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
        sys.stdout.flush()


def run(order: dict[str, Any]) -> dict[str, Any]:
    """Run one order in a fork; say how it ended, after how many steps, and in which words."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        os._exit(work(order, writer))
    os.close(writer)
    with os.fdopen(reader) as answer:
        said = answer.read()
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return {"ended": "killed", "steps": order["step"], "said": f"signal {os.WTERMSIG(status)}"}
    steps, _, words = said.partition("\n")
    names = {DONE: "done", REFUSED: "refused", CRASHED: "crashed"}
    return {"ended": names[os.WEXITSTATUS(status)], "steps": int(steps), "said": words}


def work(order: dict[str, Any], writer: int) -> int:
    """Do the work of one order, armed; give the exit status."""
    shim = ctypes.CDLL(None)
    log = order["log"].encode() if order["log"] else None
    settings = StoreSettings(data=Path(order["data"]), threads=1)
    shim.fault_arm(
        order["data"].encode(),
        order["side"].encode(),
        ctypes.c_char(order["kind"][0].encode()),
        order["step"],
        order["seed"],
        log,
    )
    words, status = "", DONE
    try:
        (OPERATIONS | CARELESS | AUDITED)[order["operation"]](settings)
    except CopError as fault:
        words, status = str(fault), REFUSED
    except BaseException:  # noqa: BLE001 whatever it is, it is reported
        words, status = traceback.format_exc(), CRASHED
    os.write(writer, f"{shim.fault_steps()}\n{words}".encode())
    return status


if __name__ == "__main__":
    main()
