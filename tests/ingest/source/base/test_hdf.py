"""Tests of HDF5: links and datasets are looked through before any driver opens the file."""

from pathlib import Path

import h5py
import numpy as np
import pytest

from cop.errors import InputFileError
from cop.ingest.source.base.hdf import check_hdf
from tests.support.job import write_job

pytestmark = [pytest.mark.trust, pytest.mark.layers]


def test_a_file_that_stands_alone_passes_whatever_its_groups(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    with h5py.File(path, "w") as file:
        file["a/b/v"] = np.arange(9)
        file["a/again"] = file["a/b"]
        file["a/b/loop"] = file["a"]
        file["soft"] = h5py.SoftLink("/nowhere")
        file["kind"] = np.dtype("f4")
    check_hdf(path, "a.nc")


def test_what_is_no_hdf5_passes(tmp_path: Path) -> None:
    check_hdf(write_job(tmp_path, "a.nc", b"CDF\x01", "netcdf").path, "a.nc")


@pytest.mark.parametrize("inner", ["v", "a/b/v"])
def test_values_in_another_file_are_refused(tmp_path: Path, inner: str) -> None:
    path = tmp_path / "a.nc"
    with h5py.File(path, "w") as file:
        file.create_dataset(inner, (4,), dtype="u1", external=[("/etc/hostname", 0, 4)])
    with pytest.raises(InputFileError, match=r"a\.nc: 'v' keeps its values in another file"):
        check_hdf(path, "a.nc")


def test_a_virtual_dataset_is_refused_even_over_its_own_file(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    layout = h5py.VirtualLayout((4,), "u1")
    layout[:] = h5py.VirtualSource(".", "own", (4,))
    with h5py.File(path, "w") as file:
        file["own"] = np.zeros(4, "u1")
        file.create_virtual_dataset("v", layout)
    with pytest.raises(InputFileError, match="virtual dataset"):
        check_hdf(path, "a.nc")


def test_a_link_to_another_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.nc"
    with h5py.File(path, "w") as file:
        file["a/v"] = h5py.ExternalLink("/etc/hostname", "/v")
    with pytest.raises(InputFileError, match="'v' is a link to another file"):
        check_hdf(path, "a.nc")


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_cut_file_is_refused_with_words(tmp_path: Path, share: float) -> None:
    path = tmp_path / "a.nc"
    with h5py.File(path, "w") as file:
        file["v"] = np.arange(10_000)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(InputFileError, match=r"a\.nc: not readable as HDF5"):
        check_hdf(path, "a.nc")
