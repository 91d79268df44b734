"""The files of the map's runtime, and the scripts of the rail and the session."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from cop.errors import CopError
from cop.resource import package_path
from cop.store.engine import REINSTALL

_OWN = (
    "early.js",
    "mvt-worker.js",
    "rail.js",
    "report.js",
    "report_form.js",
    "report_queue.js",
    "session.js",
)
_ASSET_SECONDS = 86_400


async def read_asset(request: Request) -> Response:
    """Answer with one of the files."""
    path = assets().get(request.path_params["name"])
    if path is None:
        raise HTTPException(404, "no such asset")
    return FileResponse(
        path,
        media_type="text/javascript",
        headers={"Cache-Control": f"private, max-age={_ASSET_SECONDS}"},
    )


@cache
def assets() -> dict[str, Path]:
    """Return the files below /assets/: pydeck's runtime, the tiles' decoder, our scripts."""
    spec = find_spec("pydeck")
    if spec is None or spec.origin is None:
        raise CopError(f"pydeck is not installed. {REINSTALL}")
    files = {
        "deck/index.js": Path(spec.origin).parent / "nbextension" / "static" / "index.js",
        **{name: package_path("cop", "server", "asset", name) for name in _OWN},
    }
    for name, path in files.items():
        if not path.is_file():
            raise CopError(f"asset {name} is missing at {path}: reinstall the program")
    return files
