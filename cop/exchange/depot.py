"""Packages under way over a network: what a partner fetches, and what has come of its own."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from cop.errors import PackageError, StoreError
from cop.exchange.folder import EXCHANGE_FOLDER
from cop.exchange.manifest import MOST_NUMBER, Sha256
from cop.exchange.package import SUFFIX
from cop.store.catalogue.writer import file_sha256, make_folder

PACKAGES_PATH: Final = "/exchange/packages"
UPLOADS_PATH: Final = "/exchange/uploads"
OFFSET_HEADER: Final = "Upload-Offset"
PIECE_BYTES: Final = 4_000_000
_PART: Final = ".part"
Sort = Literal["offered", "arriving", "fetched", "sent"]
"""What a partner may fetch, what it sends; what is fetched from it, what is sent to it."""


class Asked(BaseModel):
    """What a partner says when it asks for a package: the newest number that it has received."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    received: int = Field(ge=0, le=MOST_NUMBER)


class Offered(BaseModel):
    """A package that a partner may fetch; without a number there is nothing new."""

    model_config = ConfigDict(frozen=True)

    number: int | None = Field(default=None, ge=1, le=MOST_NUMBER)
    size: int = Field(default=0, ge=0)
    sha256: Sha256 | None = None


class Announced(BaseModel):
    """A package that a partner is about to send."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: int = Field(ge=1, le=MOST_NUMBER)
    size: int = Field(ge=1)
    sha256: Sha256


class Progress(BaseModel):
    """How far a package has come: its bytes, and the newest number that was received."""

    model_config = ConfigDict(frozen=True)

    received: int = Field(ge=0, le=MOST_NUMBER)
    offset: int = Field(default=0, ge=0)


@dataclass(frozen=True)
class Depot:
    """The files of one partner below the warehouse: at most one of each sort."""

    folder: Path

    @classmethod
    def of(cls, warehouse: Path, code: str) -> "Depot":
        """Return the files of a partner of a warehouse."""
        return cls(warehouse / EXCHANGE_FOLDER / code)

    def offered(self, number: int) -> Path | None:
        """Return the file of a package that the partner may fetch; None if it is not there."""
        return next(iter(self.folder_of("offered").glob(f"{number}-*{SUFFIX}")), None)

    def fetched(self, sha256: str) -> Path:
        """Return the file that a package is fetched to, whether that has begun or not."""
        return self.folder_of("fetched") / f"{sha256}{_PART}"

    def clear(self, sort: Sort, *, but: Path | None = None) -> None:
        """Remove the files of a sort, but one."""
        for path in self.folder_of(sort).glob("*"):
            if path != but:
                path.unlink()

    def begin(self, announced: Announced) -> int:
        """Return how many bytes of a package have come; of another one none is kept."""
        part = self._part(announced.sha256)
        self.clear("arriving", but=part)
        part.touch()
        if part.stat().st_size > announced.size:
            os.truncate(part, 0)
        return part.stat().st_size

    def append(self, sha256: str, offset: int, piece: bytes) -> int:
        """Append bytes at their place and return how many there are then.

        Raise PackageError where they would leave a gap, or the package was not announced, and
        StoreError if they cannot be written; what has come before is written once.
        """
        part = self._part(sha256)
        if not part.exists():
            raise PackageError("it was not announced, or another one since: announce it again")
        size = part.stat().st_size
        if offset > size:
            raise PackageError(f"byte {offset} does not follow: {size} bytes have come")
        try:
            with part.open("r+b") as out:
                out.truncate(offset)
                out.seek(offset)
                out.write(piece)
                out.flush()
                os.fsync(out.fileno())
        except OSError as fault:
            raise StoreError(f"the package cannot be stored: {fault.strerror}") from fault
        return offset + len(piece)

    def finish(self, sha256: str) -> Path:
        """Return the file of a package that has come; raise PackageError if it is another one."""
        return finish_file(self._part(sha256), sha256)

    def _part(self, sha256: str) -> Path:
        return self.folder_of("arriving") / f"{sha256}{_PART}"

    def folder_of(self, sort: Sort) -> Path:
        """Return the folder of a sort, which is there then."""
        folder = self.folder / sort
        make_folder(folder)
        return folder


def finish_file(part: Path, sha256: str) -> Path:
    """Name a file that has come as a package; raise PackageError if it is another one."""
    if file_sha256(part) != sha256:
        part.unlink()
        raise PackageError("what has come is not the package that was announced: send it again")
    whole = part.with_suffix(SUFFIX)
    part.replace(whole)
    return whole
