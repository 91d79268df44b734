"""The headline figures in one row."""

import streamlit as st

from cop.query.headline import Figure


def render_headline(figures: tuple[Figure, ...]) -> None:
    """Draw the figures in one row."""
    for column, figure in zip(st.columns(len(figures)), figures, strict=True):
        column.metric(
            figure.title, figure.value, figure.change, delta_color="off", help=figure.note
        )
