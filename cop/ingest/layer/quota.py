"""How much one person may have in the warehouse: drafts, layers, and what they weigh together.

A person is identified by name, and by address if one is known: another
name typed into the page gives no further room.
"""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from cop.errors import QuotaError
from cop.model.uploaded import State, UploadedLayer
from cop.settings import StoreSettings, UploadSettings
from cop.store.catalogue.transaction import WriteTransaction
from cop.store.room.uploader import list_origins

_MB = 1 << 20
_STANDING: frozenset[State] = frozenset(("draft", "published"))


@dataclass(frozen=True, kw_only=True)
class Quota:
    """The limits for whoever brings a layer; ``address`` is where they sit, None on the machine."""

    limits: UploadSettings
    address: str | None = None

    def check(
        self,
        transaction: WriteTransaction,
        settings: StoreSettings,
        layer: UploadedLayer,
        *,
        stored: Collection[UploadedLayer],
    ) -> None:
        """Refuse a layer that is about to be published where it is too much for its owner.

        QuotaError names what is used, what is allowed, and what to do. What is retired, and
        earlier revisions, do not count.
        """
        theirs = [one for one in self._theirs(settings, layer.owner, stored) if one.id != layer.id]
        if not any(one.id == layer.id and one.state in _STANDING for one in stored):
            self._check_number(layer, theirs)
        weights = [_weigh(transaction, one) for one in (*theirs, layer)]
        allowed = self.limits.upload_person_mb
        if sum(weights) > allowed * _MB:
            raise QuotaError(
                f"{layer.declared.title}: {weights[-1] / _MB:,.1f} MB, beside the "
                f"{sum(weights[:-1]) / _MB:,.1f} MB of {len(theirs)} layers and drafts of "
                f"{layer.owner}; at most {allowed:,} MB a person are taken "
                "(COP_UPLOAD_PERSON_MB): retire some first"
            )

    def _check_number(self, layer: UploadedLayer, theirs: list[UploadedLayer]) -> None:
        drafts = sum(one.state == "draft" for one in theirs)
        limits = self.limits
        tests = (
            ("drafts", drafts, limits.upload_person_drafts, layer.state == "draft"),
            ("layers", len(theirs), limits.upload_person_layers, True),
        )
        for what, n, allowed, applies in tests:
            if applies and n >= allowed:
                raise QuotaError(
                    f"{layer.declared.title}: {layer.owner} has {n} {what}; at most {allowed} a "
                    f"person are taken (COP_UPLOAD_PERSON_{what.upper()}): publish or retire some "
                    "first"
                )

    def _theirs(
        self, settings: StoreSettings, owner: str, stored: Collection[UploadedLayer]
    ) -> list[UploadedLayer]:
        near = list_origins(settings, self.address) if self.address is not None else set()
        name = owner.casefold()
        return [
            one
            for one in stored
            if one.state in _STANDING and (one.owner.casefold() == name or one.id in near)
        ]


def _weigh(transaction: WriteTransaction, layer: UploadedLayer) -> int:
    """Return the size of what a layer shows in bytes."""
    raster = layer.content.raster
    path = transaction.path_of(layer.name) if raster is None else transaction.folder / raster
    return _size(path)


def _size(path: Path | None) -> int:
    try:
        return 0 if path is None else path.stat().st_size
    except OSError:
        return 0
