"""The Deck is small, complete and free of data; its expressions say what the style says."""

import json
from typing import Any

import pytest

from cop.layerkind.service.drawing import feature_id, resolve_layer
from cop.model.drawing import Circles, resolve_color
from cop.model.layer import Layer, Measure
from cop.model.legend import RELIEF, build_legend
from cop.model.style import Classes, Paint, Ramp, Sizes, Style, StyleClass
from cop.model.symbol import Symbol, SymbolPart
from cop.query.registry import load_layers
from cop.ui.map.component import build_data
from cop.ui.map.deck import build_deck
from cop.ui.map.expression import write_colors, write_numbers
from cop.ui.map.spec import LayerChange, LayerView, MapCamera, MapSpec, MapState, read_state

pytestmark = pytest.mark.picture

HOME = (-117.2, 25.8, -97.0, 33.0)
LAYERS = load_layers()
RED, BLUE, GREY = (
    Paint("#ff0000", "#aa0000"),
    Paint("#0000ff", "#0000aa"),
    Paint("#888888", "#999999"),
)


def views(**kwargs: object) -> list[LayerView]:
    return [
        LayerView(layer=layer, tile_url=f"/tiles/{name}/{{z}}/{{x}}/{{y}}.mvt?from=2026", **kwargs)
        for name, layer in LAYERS.items()
    ]


def test_the_deck_of_all_layers_is_under_2_kb_a_layer_and_holds_no_data() -> None:
    text = build_deck(MapSpec(layers=views(), home=HOME)).to_json()
    assert len(text) < 2_000 * len(LAYERS)
    deck = json.loads(text)
    assert [layer["id"] for layer in deck["layers"]] == list(LAYERS)
    for layer in deck["layers"]:
        images = LAYERS[layer["id"]].tile_format != "mvt"
        assert layer["@@type"] == ("TileLayer" if images else "MVTLayer")
        assert layer["data"].startswith("/tiles/")
    assert "mapProvider" not in deck or deck["mapProvider"] is None
    assert "http" not in text


def test_what_the_browser_gets_of_every_layer_at_once_is_small() -> None:
    data = build_data(MapSpec(layers=views(), home=HOME))
    assert len(json.dumps(data["deck"])) < 32_000
    assert len(json.dumps(data)) < 75_000


def test_the_browser_is_told_what_a_kind_can_do_and_never_its_name() -> None:
    layers = {
        layer["id"]: layer for layer in build_data(MapSpec(layers=views(), home=HOME))["layers"]
    }
    events = layers["events"]
    assert events["square"] == {"markedBy": "cell", "n": "n", "noun": "events", "summed": True}
    assert events["hasEventDetails"] is events["followsTime"] is True
    assert "hasValues" not in events
    assert layers["risk_surface"]["hasValues"] is layers["risk_surface"]["probeTakesFilter"] is True
    assert not any("tile" in layer for layer in layers.values())


def test_the_same_picture_gives_the_same_json_and_another_filter_changes_only_addresses() -> None:
    first = build_data(MapSpec(layers=views(), home=HOME))
    again = build_data(MapSpec(layers=views(), home=HOME))
    assert first == again
    other = views()
    other = [LayerView(layer=v.layer, tile_url=v.tile_url + "&sector=TCA") for v in other]
    changed = build_data(MapSpec(layers=other, home=HOME))
    for before, after in zip(first["deck"]["layers"], changed["deck"]["layers"], strict=True):
        assert {k for k in before if before[k] != after[k]} == {"data"}


@pytest.mark.parametrize("theme", ["dark", "light"])
@pytest.mark.parametrize("layer", LAYERS.values(), ids=LAYERS.keys())
def test_every_layer_can_be_drawn_in_both_themes(layer: Layer, theme: str) -> None:
    view = LayerView(layer=layer, tile_url="/tiles/x/{z}/{x}/{y}.mvt")
    data = build_data(MapSpec(layers=[view], home=HOME, theme=theme))
    words = data["layers"][0]
    assert words["title"] == layer.title
    assert words["marking"] == "TLP:CLEAR"
    if layer.group != "background":
        legends = [measure["legend"] for measure in words["measures"]] or [words["legend"]]
        assert all(legends)


def test_a_layer_with_numbers_is_not_read_as_binary_where_absent_means_zero() -> None:
    deck = json.loads(build_deck(MapSpec(layers=views(), home=HOME)).to_json())
    binary = {layer["id"] for layer in deck["layers"] if layer.get("binary")}
    assert binary == {"background"}


def test_a_ramp_tests_for_unknown_before_any_number() -> None:
    ramp = Ramp(property="risk", breaks=(1, 5), paints=(RED, BLUE, RED), unit="", unknown=BLUE)
    assert write_colors(resolve_color(ramp, "dark")) == (
        'properties["risk"]==null?[0,0,255,255]:properties["risk"]<1?[255,0,0,255]:'
        'properties["risk"]<5?[0,0,255,255]:[255,0,0,255]'
    )


def test_a_class_value_cannot_break_out_of_its_expression() -> None:
    value = 'x"?[1,2,3,4]:"y'
    classes = Classes(
        property="kind", classes=(StyleClass(value=value, label="x", paint=RED),), other=BLUE
    )
    assert json.dumps(value) in str(write_colors(resolve_color(classes, "dark")))


def test_every_measure_has_a_patch_with_a_colour_and_a_trigger() -> None:
    data = build_data(MapSpec(layers=views(), home=HOME))
    segments = next(words for words in data["layers"] if words["id"] == "segments")
    keys = [m["key"] for m in segments["measures"]]
    assert keys[:4] == ["n", "change", "risk", "coverage"]
    triggers = set()
    for measure in segments["measures"][:4]:
        assert measure["patch"]["getLineColor"].startswith("@@=")
        assert "==null" in measure["patch"]["getLineWidth"], "unknown is thinner"
        triggers.add(measure["patch"]["updateTriggers"]["getLineColor"])
        assert measure["legend"][0]["type"] == "ramp"
    assert len(triggers) == 4


def test_the_chosen_measure_paints_the_layer() -> None:
    view = LayerView(layer=LAYERS["segments"], tile_url="/t/{z}/{x}/{y}.mvt", measure="change")
    data = build_data(MapSpec(layers=[view], home=HOME))
    patch = data["layers"][0]["measures"][1]["patch"]
    assert data["deck"]["layers"][0]["getLineColor"] == patch["getLineColor"]


def test_the_wall_has_larger_symbols_and_labels() -> None:
    plain, wall = (
        json.loads(build_deck(MapSpec(layers=views(), home=HOME, wall=wall)).to_json())
        for wall in (False, True)
    )
    sizes = [
        next(layer for layer in deck["layers"] if layer["id"] == "places")["copLabel"]["size"]
        for deck in (plain, wall)
    ]
    assert sizes[1] == 1.5 * sizes[0]


def test_a_camera_is_taken_and_without_one_the_middle_of_home() -> None:
    camera = MapCamera(lon=-110, lat=31, zoom=9)
    with_camera = json.loads(build_deck(MapSpec(layers=[], home=HOME, camera=camera)).to_json())
    assert with_camera["initialViewState"]["zoom"] == 9
    without = json.loads(build_deck(MapSpec(layers=[], home=HOME)).to_json())
    assert without["initialViewState"]["longitude"] == pytest.approx(-107.1)


def test_the_state_of_the_browser_is_read_and_applied() -> None:
    state = read_state(
        {
            "camera": {"lon": -110, "lat": 31, "zoom": 7.5, "bounds": [-112, 30, -108, 32]},
            "layers": {
                "rev": 2,
                "order": ["background", "risk", "coverage"],
                "changes": {"risk": {"visible": False, "opacity": 3, "measure": "nonsense"}},
            },
            "click": {"layer": "events", "properties": {"event_id": "e1"}, "lon": 1, "lat": 2},
        }
    )
    assert state.camera == MapCamera(lon=-110, lat=31, zoom=7.5, bounds=(-112, 30, -108, 32))
    assert state.click is not None
    assert state.click.properties["event_id"] == "e1"
    assert state.changes["risk"] == LayerChange(visible=False, opacity=1.0, measure="nonsense")
    risk, *_ = [v for v in state.apply(views()) if v.layer.id == "risk"]
    assert (risk.visible, risk.opacity, risk.measure) == (False, 1.0, None)
    assert read_state({}) == MapState()


def test_the_users_order_is_kept_and_layers_it_does_not_name_keep_their_place() -> None:
    state = MapState(order=("background", "segments", "risk"))
    given = [
        LayerView(layer=LAYERS[name], tile_url="")
        for name in ("background", "risk", "segments", "places")
    ]
    assert [v.layer.id for v in state.apply(given)] == ["background", "segments", "risk", "places"]


def test_images_are_laid_on_the_map_and_never_picked() -> None:
    relief = make_layer(tile="terrain", tile_format="png", tile_px=256, max_zoom=9, style=Style())
    described = describe(relief)
    assert described["@@type"] == "TileLayer"
    assert (described["pickable"], described["tileSize"], described["maxZoom"]) == (False, 256, 9)
    words = build_data(MapSpec(layers=[view_of(relief)], home=HOME))["layers"][0]
    assert words["legend"] == [{"type": "relief", "label": RELIEF}]


def test_a_vector_basemap_is_coloured_by_the_names_of_its_layers_and_shows_no_points() -> None:
    water = StyleClass(value="water", label="water", paint=BLUE, shape="area")
    base = make_layer(
        tile="basemap",
        group="background",
        style=Style(fill=Classes(property="layerName", classes=(water,))),
    )
    described = describe(base)
    assert described["getFillColor"].startswith('@@=properties["layerName"]=="water"?')
    assert (described["pointType"], described["pickable"]) == ("", False)
    assert described["copGround"] == {"order": ["water"]}, "pydeck makes lists of text expressions"


def test_radii_follow_the_sizes_and_the_measure_brings_its_own() -> None:
    ports = sized_layer()
    described = describe(ports)
    radius = 'properties["people"]==null?3:properties["people"]<10?4:properties["people"]<100?8:12'
    assert described["getPointRadius"] == f"@@={radius}"
    assert described["pointRadiusUnits"] == "pixels"
    data = build_data(MapSpec(layers=[view_of(ports)], home=HOME))
    people, trucks = (m["patch"] for m in data["layers"][0]["measures"])
    assert people["getPointRadius"] == described["getPointRadius"]
    assert people["updateTriggers"] == {
        name: described["updateTriggers"][name] for name in ("getFillColor", "getPointRadius")
    }
    assert 'properties["trucks"]<5?2:6' in trucks["getPointRadius"]
    assert trucks["getFillColor"].startswith('@@=properties["trucks"]==null?')
    assert "getLineColor" not in trucks, "the edge stays as it is"


def test_symbols_are_sized_too_so_that_their_shape_has_the_radius() -> None:
    entry = StyleClass(value="port", label="Port", paint=RED, shape="square")
    sizes = Sizes(property="n", breaks=(10,), radii_px=(5, 10), unit="people")
    style = Style(fill=Classes(property="kind", classes=(entry,)), point_sizes=sizes)
    described = describe(make_layer(tile="features", style=style))
    assert described["pointType"] == "icon"
    assert described["getIconSize"].endswith('properties["n"]<10?16:32')


def test_a_symbol_is_drawn_from_its_areas_in_a_square_that_holds_it() -> None:
    part = SymbolPart(fill="#80e0ff", path="M-80,-48L80,-48L80,48L-80,48Z")
    symbol = Symbol(code="10031000002002000000", box=(-80, -48, 80, 48), parts=(part,))
    entry = StyleClass(value="post", label="Post", paint=RED, symbol=symbol)
    plain = StyleClass(value="tower", label="Tower", paint=RED, shape="house")
    by_kind = Classes(property="kind", classes=(plain, entry), other=GREY, other_label="Other")
    for style, values in (
        (Style(fill=by_kind, point_radius_px=6, grows_by_count=False), {"tower", "post"}),
        (Style(fill=RED, point=symbol, point_radius_px=6, grows_by_count=False), set()),
    ):
        layer = make_layer(tile="uploads", style=style)
        described = describe(layer)
        icons = described["copIcons"]
        assert described["pointType"] == "icon"
        assert set(icons["glyphs"]) == {*values, "_other"}
        drawn = icons["glyphs"]["post" if values else "_other"][0]
        assert drawn["parts"] == [{"fill": part.fill, "path": part.path}]
        # 160 units across are two and a half squares of 64, and one of them is 12 px.
        assert (icons["side"], described["getIconSize"]) == (2.5, 30)
        (block,) = build_legend(style, "dark")
        entries = [one for one in block["entries"] if one["shape"] == drawn]
        assert [one["label"] for one in entries] == ["Post" if values else "Border Patrol"]
    assert describe(make_layer(tile="uploads", style=Style(fill=RED, point="star")))["copIcons"][
        "glyphs"
    ] == {"_other": ["star", RED.dark]}


def test_the_wall_enlarges_sized_points() -> None:
    points = resolve_layer(sized_layer(), "dark", scale=1.5).points
    assert isinstance(points, Circles)
    assert str(write_numbers(points.radius_px)).endswith("<100?12:18")


@pytest.mark.parametrize(
    ("columns", "own"),
    [
        (("record_id", "sector"), "record_id"),
        (("name", "code", "sector"), "code"),
        (("sector", "name"), "sector"),
        (("name",), None),
    ],
)
def test_a_feature_is_known_by_its_own_column(columns: tuple[str, ...], own: str | None) -> None:
    layer = make_layer(tile="features", columns=columns, style=Style(fill=RED))
    assert feature_id(layer) == own
    assert describe(layer)["autoHighlight"] is (own is not None)
    assert build_data(MapSpec(layers=[view_of(layer)], home=HOME))["layers"][0]["idProperty"] == own


def test_a_background_with_numbers_is_not_read_as_binary() -> None:
    ramp = Ramp(property="x", breaks=(1,), paints=(RED, BLUE), unit="", unknown=GREY)
    for style, binary in ((Style(fill=RED), True), (Style(fill=ramp), False)):
        layer = make_layer(tile="features", group="background", style=style)
        assert describe(layer)["binary"] is binary


def make_layer(**declared: Any) -> Layer:
    usual = {"title": "Made", "note": "up", "dataset": "made", "order": 1}
    return Layer(id="made", **(usual | declared))


def sized_layer() -> Layer:
    def measure(key: str, breaks: tuple[float, ...], radii: tuple[float, ...]) -> Measure:
        return Measure(
            key=key,
            title=key,
            color=Ramp(property=key, breaks=(1,), paints=(RED, BLUE), unit="", unknown=GREY),
            sizes=Sizes(property=key, breaks=breaks, radii_px=radii, unit=key),
        )

    measures = (measure("people", (10, 100), (4, 8, 12)), measure("trucks", (5,), (2, 6)))
    style = Style(fill=measures[0].color, line=GREY, point_sizes=measures[0].sizes)
    return make_layer(tile="features", style=style, measures=measures, columns=("code",))


def view_of(layer: Layer) -> LayerView:
    return LayerView(layer=layer, tile_url="/tiles/made/{z}/{x}/{y}." + layer.tile_format)


def describe(layer: Layer) -> dict[str, Any]:
    deck = build_deck(MapSpec(layers=[view_of(layer)], home=HOME))
    described: dict[str, Any] = json.loads(deck.to_json())["layers"][0]
    return described
