"""North Rhine-Westphalia: municipalities and keys, the school register, Schulferien and Feiertage.

Each module stands for itself and reads its package data when it is first asked; where they come from is in
``data/QUELLEN.md``.
"""

from __future__ import annotations

__all__: list[str] = []
