"""The colours of charts, as roles: a page gives each role its colour for light, dark and print, a picture the light one.

Neighbouring fills alternate between dark and light, so that they can be told apart in grey print and by people who do
not see all colours; each has the colour of the text upon it, with a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3).
"""

from __future__ import annotations

from typing import Final

__all__ = [
    "HEAT_STEPS",
    "LIGHT",
    "ROLES",
    "SERIES",
    "fill",
    "heat",
    "line",
    "on_fill",
    "on_heat",
    "placeholder",
    "role_of",
]

SERIES: Final = 6
"""How many series can be told apart; further ones begin again."""

HEAT_STEPS: Final = 6
"""Steps of a heat grid, from 0 (nothing) to the strongest."""

LIGHT: Final[dict[str, str]] = {
    "ink": "#1c2733",
    "grid": "#c9d2da",
    "paper": "#ffffff",
    **dict(
        zip(
            (f"fill-{n}" for n in range(1, 7)),
            ("#123f5c", "#f2b55c", "#2a7f73", "#e3d8f0", "#7c2346", "#a9b6bf"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (f"on-{n}" for n in range(1, 7)),
            ("#ffffff", "#1c1508", "#ffffff", "#241834", "#ffffff", "#141a1f"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (f"line-{n}" for n in range(1, 7)),
            ("#123f5c", "#b4560b", "#2a7f73", "#7b4a8c", "#7c2346", "#5c6973"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (f"heat-{n}" for n in range(6)),
            ("#ffffff", "#e3eef5", "#b9d5e6", "#7fb1d0", "#2d6f98", "#123f5c"),
            strict=True,
        )
    ),
    **dict(
        zip(
            (f"on-heat-{n}" for n in range(6)),
            ("#1c2733", "#1c2733", "#12202c", "#0a1620", "#ffffff", "#ffffff"),
            strict=True,
        )
    ),
}
"""The colour of each role on white paper; `templates/document.css` has the same for pages."""

ROLES: Final = tuple(LIGHT)
"""All roles, in a fixed order."""

_FIRST: Final = 0xFE0100  # no chart has such a colour of its own


def fill(series: int) -> str:
    """Give the role of the fill of a series, counted from 0."""
    return f"fill-{series % SERIES + 1}"


def on_fill(series: int) -> str:
    """Give the role of text upon the fill of a series."""
    return f"on-{series % SERIES + 1}"


def line(series: int) -> str:
    """Give the role of the line of a series."""
    return f"line-{series % SERIES + 1}"


def heat(step: int) -> str:
    """Give the role of the fill of a step of a heat grid."""
    return f"heat-{step}"


def on_heat(step: int) -> str:
    """Give the role of text upon a step of a heat grid."""
    return f"on-heat-{step}"


def placeholder(role: str) -> str:
    """Give the colour that stands for a role until the page gives it one."""
    return f"#{_FIRST + ROLES.index(role):06x}"


def role_of(colour: str) -> str | None:
    """Give the role that a placeholder stands for, ``None`` for a true colour.

    >>> role_of(placeholder("fill-2")), role_of("#123f5c")
    ('fill-2', None)
    """
    if len(colour) != len("#000000") or not colour.startswith("#"):
        return None
    number = int(colour[1:], 16) - _FIRST
    return ROLES[number] if 0 <= number < len(ROLES) else None
