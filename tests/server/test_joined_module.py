"""Modules of a folder as one: the same names, each run once, after those that it imports."""

import subprocess
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from cop.errors import CopError
from cop.server.joined_module import JoinedModules, join_modules
from cop.ui.map.component import ASSETS

pytestmark = pytest.mark.scale

MODULES = {
    "main": """// The first.
import {add, Sum as Total} from './low.js';
import {
  LOW,
} from './mid.js';
export const NAME = 'main';
export async function later() {
  return LOW;
}
export default function run(x) {
  return `${NAME} ${new Total(add(x, LOW)).value}`;
}
""",
    "mid": """import {add} from './low.js';
const NAME = 'mid';
export const LOW = add(1, NAME.length);
""",
    "low": """globalThis.ran = (globalThis.ran ?? 0) + 1;
export function add(a, b) {
  return a + b;
}
export class Sum {
  constructor(value) {
    this.value = value;
  }
}
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in MODULES.items():
        (tmp_path / f"{name}.js").write_text(text)
    return tmp_path


def run_node(script: str) -> str:
    command = ["node", "--input-type=module", "--eval", script]
    return subprocess.run(command, capture_output=True, check=True, text=True).stdout.strip()


def test_what_is_joined_does_the_same(folder: Path) -> None:
    (folder / "joined.mjs").write_text(join_modules(folder / "main.js"))
    used = "console.log(run(3), NAME, await later(), globalThis.ran)"
    said = run_node(f"import run, {{NAME, later}} from '{folder}/joined.mjs'; {used}")
    assert said == "main 7 main 4 1"


@pytest.mark.parametrize(
    "line", ["import * as low from './low.js';", "export {add} from './low.js';", "export let x;"]
)
def test_what_is_written_otherwise_is_refused(folder: Path, line: str) -> None:
    (folder / "other.js").write_text(f"{line}\n")
    with pytest.raises(CopError, match=r"other\.js cannot be joined"):
        join_modules(folder / "other.js")


def test_a_circle_is_refused(folder: Path) -> None:
    (folder / "a.js").write_text("import {b} from './b.js';\nexport const a = b;\n")
    (folder / "b.js").write_text("import {a} from './a.js';\nexport const b = a;\n")
    with pytest.raises(CopError, match="imports itself"):
        join_modules(folder / "a.js")


@pytest.mark.parametrize("name", ["map", "connection"])
def test_the_maps_modules_can_be_joined(name: str, tmp_path: Path) -> None:
    path = tmp_path / "joined.mjs"
    path.write_text(join_modules(ASSETS / f"{name}.js"))
    subprocess.run(["node", "--check", path], check=True)
    assert path.read_text().count("export default") == 1


def test_only_its_addresses_are_answered(folder: Path) -> None:
    middleware = [Middleware(JoinedModules, modules={"/m/main.js": folder / "main.js"})]
    with TestClient(Starlette(middleware=middleware)) as client:
        answer = client.get("/m/main.js")
        assert answer.text == join_modules(folder / "main.js")
        assert answer.headers["content-type"].startswith("text/javascript")
        assert client.get("/m/mid.js").status_code == 404
        assert client.post("/m/main.js").status_code == 404
