"""What stands behind a rule."""

from __future__ import annotations

import enum


class Status(enum.Enum):
    """What stands behind a rule."""

    LAW = "law"
    NOTICE = "notice"
    DRAFT = "draft"
    PRACTICE = "practice"
    OURS = "ours"
    """Our own default; no rule text gives it."""
