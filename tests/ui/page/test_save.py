"""Words that users type stay words in Markdown."""

import pytest

from cop.ui.page.save import as_text

pytestmark = pytest.mark.table


@pytest.mark.parametrize("words", ["plain words", "TCA 2026"])
def test_plain_words_stay(words: str) -> None:
    assert as_text(words) == words


def test_what_markdown_reads_is_escaped() -> None:
    assert as_text("*b* [x](y) :red[z] $x$") == (r"\*b\* \[x\]\(y\) \:red\[z\] \$x\$")
