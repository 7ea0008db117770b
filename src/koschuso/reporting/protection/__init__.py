"""Statistical disclosure control: which numbers of a report stay hidden so that nobody can work out a person's.

`decision` decides for the whole report, `hanging_together` finds what can be computed from what, `complementary` chooses
what else has to go.
"""

from __future__ import annotations

from koschuso.reporting.protection.decision import INTERNAL_NOTE, Protected, protect

__all__ = ["INTERNAL_NOTE", "Protected", "protect"]
