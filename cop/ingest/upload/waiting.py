"""A file that an analyst brought and that waits on disk until it is read."""

from typing import BinaryIO, Self


class WaitingFile(bytes):
    """No bytes, and beside them the ``file`` on disk, of ``size`` bytes.

    It stands where bytes would be kept in memory; when it is let go of, the file is gone.
    """

    file: BinaryIO
    size: int

    @classmethod
    def of(cls, file: BinaryIO, size: int) -> Self:
        """Let an open file wait."""
        waiting = cls()
        waiting.file, waiting.size = file, size
        return waiting

    def __del__(self) -> None:
        """Close the file, which has no name on the disk."""
        self.file.close()
