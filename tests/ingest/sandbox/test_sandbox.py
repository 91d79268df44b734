"""The sandbox: what it may use and see, and what is told where it is stopped."""

import subprocess
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cop.errors import InputFileError, SettingsError
from cop.ingest.sandbox import sandbox as module
from cop.ingest.sandbox.sandbox import check_listening, describe_sandbox, find_way
from cop.ingest.source.registry import FORMATS
from cop.ingest.upload.read import Upload, convert_file, convert_files, inspect_file, inspect_files
from cop.model.upload import Choices, Inspection
from cop.settings import UploadSettings
from tests.hostile.watch import Listener
from tests.support.command import CHECKOUT

pytestmark = pytest.mark.layers

WAYS = ("bubblewrap", "limits")


@pytest.fixture(params=WAYS)
def way(request: pytest.FixtureRequest) -> str:
    if request.param == "bubblewrap" and find_way(UploadSettings()) != "bubblewrap":
        pytest.skip("no bubblewrap here: install the Debian package")
    return str(request.param)


@pytest.fixture
def few(tmp_path: Path) -> Path:
    path = tmp_path / "few.csv"
    path.write_text("lat,lon\n31,-110\n")
    return path


def test_shown_a_file_beyond_the_memory_is_refused_and_the_next_one_is_read(
    tmp_path: Path, few: Path, way: str
) -> None:
    path = tmp_path / "large.parquet"
    cells = pa.DictionaryArray.from_arrays(pa.array([0] * 40_000), pa.array(["x" * 20_000]))
    pq.write_table(pa.table({"lat": [1] * 40_000, "lon": [1] * 40_000, "a": cells}), path)
    settings = UploadSettings.model_validate({"upload_memory_mb": 300, "upload_seal": way})
    uploads = [Upload(path=one, name=one.name) for one in (path, few)]
    large, small = inspect_files(uploads, settings)
    assert isinstance(large, InputFileError)
    assert "more than 300 MB of memory" in str(large)
    assert isinstance(small, Inspection)


def test_shown_a_file_beyond_the_time_is_refused(tmp_path: Path, way: str) -> None:
    path = tmp_path / "slow.csv"
    path.write_text("mgrs\n" + "12R VV 48123 31245\n" * 400_000)
    settings = UploadSettings.model_validate({"upload_cpu_seconds": 1, "upload_seal": way})
    with pytest.raises(InputFileError, match=r"slow\.csv: .* more than 1 s of CPU time"):
        inspect_file(path, path.name, settings)


def test_a_file_that_becomes_too_much_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    rows = "".join(f"{1 + i / 7e4:.6f},{1 + i / 9e3:.6f},word {i * 7919}\n" for i in range(60_000))
    path.write_text("lat,lon,a\n" + rows)
    with pytest.raises(InputFileError, match="over 1 MB"):
        convert_file(
            path, "many.csv", Choices(), tmp_path / "draft", UploadSettings(upload_output_mb=1)
        )
    assert [one.name for one in tmp_path.iterdir()] == ["many.csv"]


def test_progress_grows_to_the_end(few: Path, tmp_path: Path) -> None:
    told: list[float] = []
    uploads = [Upload(path=few, name="a.csv"), Upload(path=few, name="b.csv")]
    drafts = [tmp_path / "a", tmp_path / "b"]
    convert_files(uploads, drafts, UploadSettings(), progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1


def test_within_bubblewrap_there_is_no_network_and_no_other_file(tmp_path: Path) -> None:
    if find_way(UploadSettings()) != "bubblewrap":
        pytest.skip("no bubblewrap here: install the Debian package")
    canary = tmp_path / "canary.txt"
    canary.write_text("secret")
    listener = Listener()
    port = listener.address.rpartition(":")[2]
    code = (
        "import os, socket\n"
        f"print(os.path.exists({str(canary)!r}), os.path.exists('/etc/passwd'))\n"
        "print(sorted(name for name in os.environ if 'HOME' in name or 'COP' in name))\n"
        f"print(socket.socket().connect_ex(('127.0.0.1', {port})) != 0)\n"
        "print(len([p for p in os.listdir('/proc') if p.isdigit()]) < 5, os.getuid())\n"
    )
    command = [*module._bubblewrap_command((), None)[:-2], "-c", code]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    lines = told.stdout.splitlines()
    assert lines[0] == "False False"
    assert lines[1:] == ["[]", "True", "True 65534"]
    assert listener.connections == 0
    listener.close()


def test_what_seals_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    module._can_bubblewrap.cache_clear()
    monkeypatch.setattr("cop.ingest.sandbox.sandbox.shutil.which", lambda _name: None)
    assert "Install the Debian package bubblewrap" in " ".join(
        describe_sandbox(UploadSettings()).split()
    )
    with pytest.raises(SettingsError, match="bwrap is missing"):
        find_way(UploadSettings(upload_seal="bubblewrap"))
    module._can_bubblewrap.cache_clear()


def test_the_sandbox_sees_of_a_checkout_the_program_alone() -> None:
    bound = module._code()
    assert str(CHECKOUT / "cop") in bound
    assert str(CHECKOUT) not in bound


def test_the_sandbox_sees_the_packages_beside_an_installed_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "import_folder", lambda: tmp_path)
    monkeypatch.setattr(module.site, "getusersitepackages", lambda: str(tmp_path))
    assert str(tmp_path) in module._code()


@pytest.mark.trust
@pytest.mark.parametrize("form", ["netcdf", "gpkg"])
def test_without_bubblewrap_what_can_name_other_files_is_refused(tmp_path: Path, form: str) -> None:
    path = tmp_path / f"a{FORMATS[form].suffixes[0]}"
    path.write_bytes(FORMATS[form].magic[0] + b"x")
    with pytest.raises(InputFileError, match="in bubblewrap only: install the Debian package"):
        inspect_file(path, path.name, UploadSettings(upload_seal="limits"))


@pytest.mark.trust
def test_beyond_loopback_nothing_listens_without_bubblewrap() -> None:
    limits = UploadSettings(upload_seal="limits")
    for host in ("127.0.0.1", "::1", "localhost"):
        check_listening(host, limits)
    for host in ("0.0.0.0", "::", "192.0.2.7", "table.example.org"):  # noqa: S104 refused
        with pytest.raises(SettingsError, match="refused without bubblewrap"):
            check_listening(host, limits)
    if find_way(UploadSettings()) == "bubblewrap":
        check_listening("0.0.0.0", UploadSettings())  # noqa: S104 not listened on
