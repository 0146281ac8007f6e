"""Why nothing is told of a call."""

from __future__ import annotations

import enum


class Doubt(enum.Enum):
    """Why nothing is told."""

    SHORT = "short"
    UNFAMILIAR = "unfamiliar"
    UNSURE = "unsure"
    SPEAKERS = "speakers"

    @property
    def zh(self) -> str:
        """In Chinese."""
        return _DOUBTS[self][0]

    @property
    def en(self) -> str:
        """In English."""
        return _DOUBTS[self][1]


_DOUBTS = {
    Doubt.SHORT: ("话太少", "too little was said"),
    Doubt.UNFAMILIAR: ("与所学的通话都不像", "it is like none of the calls learned from"),
    Doubt.UNSURE: ("把握不足", "the confidence is too low"),
    Doubt.SPEAKERS: (
        "主叫的话与整段通话指向不同类别",
        "the caller's words and the whole call point to different categories",
    ),
}
