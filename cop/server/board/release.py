"""What a viewer may know of the board: each message is written for the release of who gets it."""

import json
from typing import Any

from cop.errors import CopError
from cop.layerkind.service.opening import resolve_picture
from cop.layerkind.service.tile import build_addresses
from cop.model.board import Board, Entry
from cop.model.picture import Picture
from cop.model.release import Release
from cop.query.service import QueryService
from cop.query.withheld_name import WithheldNames


class BoardRelease:
    """Writes the messages about the board for releases."""

    def __init__(self, service: QueryService) -> None:
        """Ask a service of everything, which answers for each release."""
        self._service = service

    def encode(self, entry: Entry, release: Release | None) -> str:
        """Return the message of one revision."""
        message = entry.model_dump(mode="json")
        # Earlier versions of the program noted annotations as revisions, of all for everybody.
        message["change"].pop("annotations", None)
        return json.dumps(message | self._admit(message["change"], release))

    def encode_board(self, board: Board, release: Release | None) -> str:
        """Return the message of the whole board."""
        parts = board.model_dump(mode="json", by_alias=True)
        parts["annotations"] = self._count_annotations(release)
        return json.dumps({"board": parts} | self._admit(parts, release))

    def encode_annotations(self, release: Release | None) -> str:
        """Return the message of how often the annotations have changed that a viewer may read."""
        return json.dumps({"annotations": self._count_annotations(release)})

    def _count_annotations(self, release: Release | None) -> int:
        room = self._service.warehouse.room.released_to(release)
        return room.annotations.count_changes()

    def _admit(self, parts: dict[str, Any], release: Release | None) -> dict[str, Any]:
        """Take what is withheld out of parts of the board; return what goes with them."""
        service = self._service.released_to(release)
        if not parts.get("layers") and parts.get("wanted") is None:
            return {}
        asked = Picture.open_pairs((name, value) for name, value in parts.get("wanted") or ())
        names = WithheldNames.of(service, known_at=asked.known_at)
        if parts.get("layers"):
            parts["layers"] = [one for one in parts["layers"] if not names.hides_layer(one["id"])]
        if parts.get("wanted") is None:
            return {}
        parts["wanted"] = names.admit_pairs((name, value) for name, value in parts["wanted"])
        return self._addresses(service, parts["wanted"])

    def _addresses(self, own: QueryService, pairs: list[tuple[str, str]]) -> dict[str, Any]:
        """Return the addresses of tiles as a viewer gets them: the names of content are theirs."""
        try:
            view, _ = resolve_picture(own, Picture.open_pairs(pairs))
            return {"tiles": build_addresses(own, view)}
        except CopError:
            return {}
