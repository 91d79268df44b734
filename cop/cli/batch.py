"""Heavy batch builds: rollups, backtests and coverage, by DuckDB here or by a Spark cluster."""

import json
from pathlib import Path
from typing import Annotated, Literal

import typer

from cop.app import build_settings, open_service
from cop.cli.acting import recording
from cop.cli.base import AsJson, Data, RegionName, app, guarded, with_all_cores
from cop.settings import StoreSettings


@app.command("batch")
@guarded
def batch(
    what: Annotated[
        Literal["rollups", "backtest", "coverage"], typer.Argument(help="What to build.")
    ],
    *,
    out: Annotated[Path, typer.Option("--out", help="New folder for the Parquet files.")],
    engine: Annotated[
        Literal["duckdb", "spark"], typer.Option(help="What computes it.")
    ] = "duckdb",
    spark: Annotated[
        str | None, typer.Option(metavar="spark://HOST:PORT", help="Master of the Spark cluster.")
    ] = None,
    data: Data = None,
    region: RegionName = None,
    as_json: AsJson = False,
) -> None:
    """Build rollups, a backtest or coverage of all records of the newest version, as Parquet."""
    from cop.batch.build import build_batch, check_batch
    from cop.batch.engine import open_batch_engine

    store = with_all_cores(build_settings(StoreSettings, data=data, region=region))
    with (
        recording(store, "export", f"batch {what}", folder=out.name, engine=engine) as act,
        open_service(store) as service,
    ):
        snapshot = service.snapshot
        check_batch(what, snapshot, out)
        opened = open_batch_engine(engine, spark=spark, settings=store)
        try:
            result = build_batch(what, snapshot, opened, out)
        finally:
            opened.close()
        act.detail |= {"marking": result.marking, "version": result.version}
    if as_json:
        typer.echo(json.dumps(result.to_json()))
        return
    rows = "; ".join(f"{name}: {n:,} rows" for name, n in result.tables.items())
    typer.echo(f"{out}: {rows}; version {result.version}, {result.marking}")
