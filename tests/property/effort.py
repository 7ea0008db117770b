"""How many examples a property is tried with: a third of what its test names by default, all of them in CI's long run.

``KOSCHUSO_EXAMPLES`` says which: ``same`` (the default) and ``whole`` try the same examples each time, so that a run
fails for a reason and not by chance; ``random`` looks for new ones.
"""

import os

EFFORT = os.environ.get("KOSCHUSO_EXAMPLES", "same")
FEWEST = 10


def examples(number: int) -> int:
    """Give the number of examples for this run.

    Args:
        number: How many a run tries that takes its time.
    """
    return number if EFFORT != "same" else min(number, max(FEWEST, number // 3))
