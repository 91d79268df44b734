"""Tests of counting the records of a file by other means than reading them."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cop.ingest.source.base import record_count
from cop.ingest.source.base.record_count import count_features, count_lines, find_broken_lines

pytestmark = [pytest.mark.trust, pytest.mark.layers]

CELLS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
COLLECTIONS = st.fixed_dictionaries(
    {"features": st.lists(st.dictionaries(st.text(), CELLS, min_size=1), max_size=6)},
    optional={"before": CELLS, "bbox": st.lists(st.integers())},
)


@pytest.mark.hypothesis
@pytest.mark.parametrize("chunk", [7, 64, 8 << 20])
@given(collection=COLLECTIONS, indent=st.sampled_from([None, 1]), is_ascii=st.booleans())
def test_shown_features_are_counted_whatever_is_in_them(
    tmp_path_factory: pytest.TempPathFactory,
    chunk: int,
    collection: dict[str, list[object]],
    indent: int | None,
    is_ascii: bool,
) -> None:
    path = tmp_path_factory.getbasetemp() / "count.geojson"
    text = json.dumps(collection, indent=indent, ensure_ascii=is_ascii)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(record_count, "_CHUNK", chunk)
        assert count_features(path) == len(collection["features"])


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"features":1}', '{"a":{"features":[{}]}}', "]]}"]
)
def test_without_features_there_is_no_count(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_text(text)
    assert count_features(path) is None


def test_lines_with_anything_are_records_and_broken_ones_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.geojsonl"
    path.write_text('{"a":1}\n\n  \n{"a":\n[1]\n{"a":2}')
    assert count_lines(path) == 4
    broken = find_broken_lines(path)
    assert [(one.row, one.value.strip()) for one in broken] == [(4, '{"a":'), (5, "[1]")]
    assert broken[1].reason == "no object"


def test_records_begin_with_their_separators(tmp_path: Path) -> None:
    path = tmp_path / "a.geojsons"
    path.write_text('\x1e{"a":\n1}\n\x1e{"a":2}\n')
    assert count_lines(path) == 2
