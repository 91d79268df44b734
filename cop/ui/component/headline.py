"""The headline figures in one row."""

from collections.abc import Sequence

import streamlit as st

from cop.model.text import FigureText


def render_headline(figures: Sequence[FigureText]) -> None:
    """Draw the figures in one row."""
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(
            figure.title, figure.value, figure.change, delta_color="off", help=figure.note
        )
