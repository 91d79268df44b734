"""The bench's figures as a table to read: medians, 95th percentiles, and how many times slower."""

from collections.abc import Sequence
from typing import Any

from cop.bench.case import TITLES
from cop.bench.floor import FLOOR_EVENTS
from cop.bench.gate.question import REQUEST_KINDS, SIDES

_NOTE = (
    "ms: median / 95th percentile, warm, new parameters at each repetition. Ours, PostGIS and tipg "
    "encode tiles as MVT; the others select and bin or take points, without encoding. (n x): how "
    "many times as fast ours is."
)
_FOUND = {
    "slower": "Slower than in the last run like this one",
    "missed": f"Under the floors of {FLOOR_EVENTS:,} events",
    "absent": "Peers with floors that were not there",
}

_PARTS = {
    "total": "from the key or mouse button until the map is painted",
    "server": "of it the server: script and tiles",
    "script": "until the page's script has described the map",
    "tiles": "while the server makes any of the tiles",
    "browser": "the rest: reading, drawing, waiting",
}


def format_report(figures: dict[str, Any]) -> str:
    """Return the table of a bench's figures."""
    lines = [
        f"{figures['events']:,} events; our queries took at most {figures['memory_mb']} MB; load "
        f"{figures['load']:g} before"
    ]
    for query, by_rival in figures["queries"].items():
        lines += _format_rivals(query, TITLES[query], by_rival, figures["ratios"][query])
    if figures["http"]:
        lines += _format_http(figures["http"], figures["ratios"])
    lines.append(_NOTE)
    for name, title in _FOUND.items():
        if name in figures:
            lines.append(title + ("" if figures[name] else ": none"))
            lines += [f"      {found}" for found in figures[name]]
    return "\n".join(lines)


def _format_rivals(
    query: str, title: str, by_rival: dict[str, Any], ratios: dict[str, float]
) -> list[str]:
    lines = [f"{query:4}{title}"]
    for name, one in by_rival.items():
        ratio = "" if name == "ours" else f"  ({ratios[name]:.1f} x)"
        lines.append(f"      {name:10}{one['median_ms']:9.1f} /{one['p95_ms']:9.1f}{ratio}")
    return lines


def _format_http(http: dict[str, Any], ratios: dict[str, dict[str, float]]) -> list[str]:
    lines = []
    for zoom, by_server in http["zooms"].items():
        what = f"{zoom} over HTTP"
        lines += _format_rivals(zoom, f"{TITLES[zoom]}, over HTTP", by_server, ratios[what])
    lines.append(f"tiles a second over HTTP, {http['clients']} clients at once")
    for name, per_s in http["per_s"].items():
        ratio = "" if name == "ours" else f"  ({ratios['tiles a second'][name]:.1f} x)"
        lines.append(f"      {name:10}{per_s:9.1f}{ratio}")
    return lines


def format_picture(figures: dict[str, Any]) -> str:
    """Return the table of how long the map takes, and what of it is the server."""
    lines = [
        f"{figures['events']:,} events, {figures['changes']} changes of a filter; ms: median / "
        "95th percentile"
    ]
    for name, one in figures["picture"].items():
        lines.append(f"{name:8}{_PARTS[name]:60}{one['median_ms']:9.1f} /{one['p95_ms']:9.1f}")
    return "\n".join(lines)


def format_paint(figures: dict[str, Any]) -> str:
    """Return the table of how soon the first map is painted over a slow line."""
    lines = [
        f"{figures['mbit']:g} Mbit/s each way, {figures['delay_ms']:g} ms there and back, "
        f"{figures['repetitions']} repetitions; ms: median (quartiles)"
    ]
    for address, visits in figures["servers"].items():
        lines.append(address)
        lines += [
            f"  {visit:5}{one['median_ms']:7,} ({one['low_ms']:,} to {one['high_ms']:,}), "
            f"{one['ratio']:.2f} of the first server's, the last tile there after "
            f"{one['tiles_ms']:,}; {one['requests']:g} requests, "
            f"{one['down_bytes']:,.0f} bytes down in {one['line_ms']:,} ms of the line, "
            f"{one['up_bytes']:,.0f} up"
            for visit, one in visits.items()
        ]
    return "\n".join(lines)


def format_board(figures: dict[str, Any]) -> str:
    """Return the table of how soon the board's moves reach those who follow."""
    lines = [f"{figures['events']:,} events; ms: median / 95th percentile"]
    table = figures["table"]
    if table:
        lines.append(f"{table['moves']} moves in browsers: presenter, wall, three followers")
        for name, words in (
            ("total", "input to followers' camera"),
            ("server", "of it the server"),
        ):
            one = table[name]
            lines.append(f"  {words:40}{one['median_ms']:9.1f} /{one['p95_ms']:9.1f}")
    lines += [
        f"{one['followers']:4} followers, {one['moves']} moves: {one['median_ms']:.1f} / "
        f"{one['p95_ms']:.1f}, at most {one['most_ms']:.1f}; {one['lost']} lost, "
        f"{one['reconnects']} reconnects; memory {one['growth_mb']:+.1f} MB"
        for one in figures["followers"]
    ]
    return "\n".join(lines)


def format_gate(figures: dict[str, Any]) -> str:
    """Return the table of what the same requests take with sign-in and without."""
    lines = [
        f"{figures['events']:,} events and {figures['withheld']:,} that one side may not read; "
        f"{figures['clients']} clients, {figures['rounds']} rounds of {figures['requests']} "
        "requests of each kind",
        f"{'':16}{'ms':>10}{'p95':>10}{'per s':>10}{'CPU ms':>10}",
    ]
    for kind, figure in figures["kinds"].items():
        lines.append(f"{kind}: {REQUEST_KINDS.get(kind, 'all of these together')}")
        for side, one in figure["sides"].items():
            row = (one["median_ms"], one["p95_ms"], one["per_s"], one["cpu_ms"])
            ratio = figure["ratios"].get(side)
            beside = "" if ratio is None else f"   {_describe_ratio(ratio)}"
            lines.append(f"  {side:14}" + "".join(f"{value:10.1f}" for value in row) + beside)
    return "\n".join([*lines, *(f"{side}: {words}" for side, words in SIDES.items())])


def _describe_ratio(ratio: dict[str, float | None]) -> str:
    cpu = "" if ratio["cpu"] is None else f", CPU x {ratio['cpu']:.2f}"
    return (
        f"x {ratio['time']:.2f} (rounds {ratio['low']:.2f} to {ratio['high']:.2f}, middle "
        f"{ratio['median']:.2f}){cpu}"
    )


def format_forecast(figures: dict[str, Any]) -> str:
    """Return the lines of how long a refit of the forecast takes."""
    return "\n".join(
        f"{one['cells']:,} cells x {one['periods']} days, {one['events']:,} events: "
        f"{one['median_s']:.2f} s, at most {one['most_s']:.2f} s, "
        + ("each time the same" if one["same"] else "NOT the same each time")
        for one in figures.values()
    )


def format_ingest(figures: Sequence[dict[str, Any]]) -> str:
    """Write the figures of a bench of loading as a table."""
    lines = [f"{'case':<14}{'rows':>12}{'seconds':>10}{'rows/s':>12}{'peak MB':>10}"]
    lines += [
        f"{one['case']:<14}{one['rows']:>12,}{one['seconds']:>10.1f}"
        f"{one['rows_per_s']:>12,}{one['peak_mb']:>10,}"
        for one in figures
    ]
    return "\n".join(lines)


def format_upload(figures: dict[str, Any]) -> str:
    """Return how long the reading of a large upload took, and how much memory."""
    return (
        f"{figures['points']:,} points, {figures['csv_mb']} MB of CSV ({figures['seal']}): "
        f"inspected in {figures['inspect_s']} s, a draft of {figures['accepted']:,} in "
        f"{figures['convert_s']} s ({figures['draft_mb']} MB); at most {figures['child_mb']} MB in "
        f"the sandbox, {figures['growth_mb']:+} MB in this one"
    )


def format_cot(figures: dict[str, Any]) -> str:
    """Return how messages went through a TAK server."""
    return (
        f"{figures['messages']:,} messages at {figures['rate']:g} a second through "
        f"{figures['server']} in {figures['seconds']} s: {figures['late']} late, "
        f"{figures['lost']} lost, "
        f"{figures['repeated']} repeated, {figures['confirmed']:,} confirmed; under way "
        f"{figures['p50_ms']} ms, p95 {figures['p95_ms']} ms, at most {figures['max_ms']} ms; "
        f"{figures['cpu_share']:.0%} of a core, {figures['growth_mb']:+} MB"
    )


def format_package(figures: dict[str, Any]) -> str:
    """Return how a package went from one server to another."""
    return (
        f"{figures['events']:,} events, {figures['size_mb']} MB: made in {figures['make_s']} s, "
        f"signed in {figures['sign_s']} s, sealed in {figures['seal_s']} s, sent in "
        f"{figures['send_s']} s, taken in {figures['import_s']} s, {figures['growth_mb']:+} MB"
    )


def format_ogc(figures: dict[str, Any]) -> str:
    """Return how features were read, a line for each way."""
    titles = {"whole": "all", "small": "all", "filtered": "crossings by CQL2"}
    return "\n".join(
        f"{title}, pages of {one['limit']:,}: {one['items']:,} features, {one['mb']} MB in "
        f"{one['seconds']} s, {one['items_per_s']:,} a second ({one['ratio']} times geopandas); "
        f"first page {one['first_ms']} ms, last {one['last_ms']} ms"
        for name, title in titles.items()
        for one in (figures[name],)
    )


def format_coverage(figures: dict[str, Any]) -> str:
    """Return the lines of a bench of coverage."""
    sizes = ", ".join(f"{name.rstrip('_')} {mb} MB" for name, mb in figures["size_mb"].items())
    lines = [
        f"{figures['sensors']:,} sensors, {figures['segments']:,} segments, "
        f"{figures['reports']:,} reports: stored in {figures['store_s']} s, outages in "
        f"{figures['outages_s']} s, coverage in {figures['coverage_s']} s; {sizes}",
        f"one changed state, to the layer and figures: {figures['status_change_s']} s",
        f"what-if: {figures['what_if']['median_s']} s, p95 {figures['what_if']['p95_s']} s",
    ]
    for name, one in figures["viewshed"].items():
        theirs = one["gdal_viewshed_s"]
        beside = "no gdal_viewshed here" if theirs is None else f"gdal_viewshed {theirs} s"
        lines.append(f"viewshed of 20 km at {name}: {one['ours_s']} s, {beside}")
    return "\n".join(lines)


def format_viewers(figures: dict[str, Any]) -> str:
    """Return what viewers of one server saw."""
    faults = sum(figures["faults"].values())
    return (
        f"{figures['viewers']:,} viewers of {figures['events']:,} events, the "
        f"{figures['refresh']} of each refreshed every {figures['every_s']:g} s for "
        f"{figures['seconds']:g} s: {figures['refreshes']:,} refreshes, median "
        f"{figures['median_ms']} ms, p95 {figures['p95_ms']} ms, at most {figures['most_ms']} ms, "
        f"{figures['late']} late, {faults} faults, {figures['looks']:,} looks for news; opened in "
        f"{figures['opened_median_ms']} ms; "
        f"{figures['cpu_ms']} ms of processor a refresh, {figures['rss_mb']:,} MB, "
        f"{figures['growth_mb']:+} MB"
    )


def format_tiles(figures: dict[str, Any]) -> str:
    """Return how fast clients were given tiles."""
    zooms = ", ".join(f"{zoom} {ms} ms" for zoom, ms in figures["zooms"].items())
    shared = figures["shared"]
    return (
        f"{figures['clients']} clients, {figures['events']:,} events: {figures['per_s']} tiles a "
        f"second, median {figures['median_ms']} ms ({zooms}), p95 {figures['p95_ms']} ms, "
        f"{figures['errors']} errors; {figures['bytes']:,} bytes a tile, {figures['cpu_ms']} ms of "
        f"processor; where all ask for the same {shared['per_s']} a second, p95 "
        f"{shared['p95_ms']} ms, {100 * shared['hit_rate']:.0f}% at hand"
    )


def format_stream(figures: dict[str, Any]) -> str:
    """Return what became of a stream of events, and of those who looked at the map meanwhile."""
    quiet, during = figures["quiet"], figures["during"]
    faults = "".join(f"\n{fault}" for fault in figures["faults"])
    return (
        f"{figures['rate']:g} events a second for {figures['seconds']:g} s beside "
        f"{figures['events']:,} events: {figures['sent']:,} sent in {figures['batches']:,} "
        f"batches, {figures['seen']:,} seen; visible after {figures['visible_median_s']} s, p95 "
        f"{figures['visible_p95_s']} s, at most {figures['visible_most_s']} s; "
        f"{figures['versions']:,} versions, at most {figures['month_files']} files a month, "
        f"{figures['growth_mb']:+} MB; seven days of a sector {quiet['median_ms']} ms, p95 "
        f"{quiet['p95_ms']} ms before, {during['median_ms']} ms, p95 {during['p95_ms']} ms "
        f"meanwhile{faults}"
    )


def format_cluster(figures: dict[str, Any]) -> str:
    """Return what became of writers, servers and readers while each was killed in its turn."""
    totals, answered = (
        ", ".join(f"{name} {number:,}" for name, number in figures[part].items())
        for part in ("totals", "answered")
    )
    lines = [
        f"{figures['servers']} servers and {figures['writers']} writers for "
        f"{figures['elapsed_s']:g} s beside {figures['events']:,} events",
        f"tiles: {figures['equal']:,} of {figures['tiles']:,} are the same bytes from each server",
        f"writers: {figures['sent']:,} events in {figures['batches']:,} batches, "
        f"{figures['lost']:,} lost, {figures['doubled']:,} doubled; {figures['broken']} tries were "
        f"killed and {figures['refused']} refused, and repeated",
        f"servers: {figures['reads']:,} looks, {figures['falls']} of them behind the one before; "
        f"they count {totals}",
        f"through the proxy: {figures['requests']:,} tiles, {figures['wrong']} wrong, "
        f"{figures['errors']} errors, {figures['median_ms']} ms, p95 {figures['p95_ms']} ms; "
        f"requests answered: {answered}",
    ]
    lines += [
        f"  {turn['at_s']:6.1f} s  {turn['what']}: {turn['errors']} errors"
        + (f", the last after {turn['error_s']} s" if turn["errors"] else "")
        + f"; as before after {turn['back_s']} s"
        for turn in figures["turns"]
    ]
    return "\n".join([*lines, *figures["faults"]])
