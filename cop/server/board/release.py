"""What a viewer may know of the board: each message is written for the release of who gets it."""

import json
from collections.abc import Collection
from typing import Any

from cop.errors import CopError
from cop.layerkind.service.opening import resolve_picture
from cop.layerkind.service.tile import build_addresses
from cop.model.board import Board, Entry
from cop.model.picture import Picture
from cop.model.release import Release
from cop.query.service import QueryService


class BoardRelease:
    """Writes the messages about the board for releases."""

    def __init__(self, service: QueryService) -> None:
        """Ask a service of everything, which answers for each release."""
        self._service = service

    def encode(self, entry: Entry, release: Release | None) -> str:
        """Return the message of one revision."""
        message = entry.model_dump(mode="json")
        self._admit_layers(message["change"], release)
        return json.dumps(message | self._addresses(entry.change.get("wanted"), release))

    def encode_board(self, board: Board, release: Release | None) -> str:
        """Return the message of the whole board."""
        message = {"board": board.model_dump(mode="json", by_alias=True)}
        self._admit_layers(message["board"], release)
        return json.dumps(message | self._addresses(board.wanted, release))

    def _admit_layers(self, parts: dict[str, Any], release: Release | None) -> None:
        """Take out the layers that are not released."""
        if parts.get("layers"):
            withheld = self._withheld(release)
            parts["layers"] = [one for one in parts["layers"] if one["id"] not in withheld]

    def _withheld(self, release: Release | None) -> Collection[str]:
        own = self._service.released_to(release).snapshot
        return {*self._service.snapshot.uploaded} - {*own.uploaded}

    def _addresses(self, pairs: Any, release: Release | None) -> dict[str, dict[str, str]]:
        """Return the addresses of tiles as a viewer gets them: the names of content are theirs."""
        if pairs is None:
            return {}
        try:
            asked = Picture.open_pairs((name, value) for name, value in pairs)
            own = self._service.released_to(release)
            view, _ = resolve_picture(own, asked)
            return {"tiles": build_addresses(own, view)}
        except CopError:
            return {}
