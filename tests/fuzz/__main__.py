"""Damages files at random and looks whether reading and writing stand it.

    python -m tests.fuzz --seconds 600 --seed 7      tries for ten minutes
    python -m tests.fuzz --seed 7 --only 1234        tries input 1234 of that seed again and prints it

The same seed gives the same inputs, whatever happened to those before. Failing inputs are written to ``--keep``.

An exception, a hang or too long a time is never allowed. That writing once mends more than writing twice (nesting far too
deep, two zones of one name in one file) is known of about one damaged input in six thousand: told each time, and a failure
when it is more than one in two and a half thousand.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from pathlib import Path
from random import Random

from tests.fuzz.checks import check
from tests.fuzz.mutations import mutate
from tests.fuzz.seeds import OWN, corpus


def main(arguments: list[str] | None = None) -> int:
    """Run; 0 when nothing was found."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="how long to go on (60)")
    parser.add_argument("--inputs", type=int, default=0, help="how many inputs to try; 0: as many as there is time for")
    parser.add_argument("--seed", type=int, default=1, help="which inputs (1)")
    parser.add_argument("--only", type=int, help="try this one input of the seed and print it")
    parser.add_argument("--own", action="store_true", help="start from the project's own files only")
    parser.add_argument("--patience", type=float, default=1, help="factor on the time that an input may take (1)")
    parser.add_argument("--keep", type=Path, help="folder for the inputs that fail")
    options = parser.parse_args(arguments)
    seeds = list(OWN) + ([] if options.own else corpus())
    if options.only is not None:
        data = mutate(Random(f"{options.seed}/{options.only}"), seeds)  # noqa: S311 - the same seed gives the same inputs
        sys.stdout.write(f"{data!r}\n{check(data, patience=options.patience)}\n")
        return 0
    found: Counter[str] = Counter()
    number = size = 0
    slowest = (0.0, 0)
    until = time.monotonic() + options.seconds
    while time.monotonic() < until and not (options.inputs and number >= options.inputs):
        data = mutate(Random(f"{options.seed}/{number}"), seeds)  # noqa: S311 - the same seed gives the same inputs
        begin = time.process_time()
        failure = check(data, patience=options.patience)
        slowest = max(slowest, (time.process_time() - begin, number))
        if failure is not None:
            found[failure.what] += 1
            if found[failure.what] <= 5:
                sys.stdout.write(f"--seed {options.seed} --only {number}: {failure.what}\n{failure.detail}\n\n")
            if options.keep is not None:
                options.keep.mkdir(parents=True, exist_ok=True)
                (options.keep / f"{options.seed}-{number}").write_bytes(data)
        number += 1
        size += len(data)
    sys.stdout.write(
        f"{number} inputs, {size / 1e6:.1f} MB, slowest {slowest[0]:.2f} s (--only {slowest[1]}); "
        f"failures: {dict(found) or 'none'}\n"
    )
    grave = found["Exception"] + found["Hang"] + found["Slow"]
    return 1 if grave or found.total() > max(1, number // 2500) else 0


if __name__ == "__main__":
    sys.exit(main())
