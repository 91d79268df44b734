"""One table of a batch: an expression of Ibis, its columns and the order of its rows."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cop.batch.engine import Types

if TYPE_CHECKING:
    import ibis.expr.types as ir


@dataclass(frozen=True, kw_only=True, eq=False)
class BatchTable:
    """Rows with the ``columns`` that are written, ordered by ``order``, which tells them apart."""

    name: str
    rows: "ir.Table"
    columns: Types
    order: tuple[str, ...]

    @property
    def ordered(self) -> "ir.Table":
        """The rows as they are written; what is empty comes first on every engine."""
        keys = [self.rows[name].asc(nulls_first=True) for name in self.order]
        return self.rows.order_by(keys).select(*self.columns)
