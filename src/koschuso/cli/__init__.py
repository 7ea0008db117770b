"""The `koschuso` command: a thin German shell over `koschuso.office.Office`."""

from __future__ import annotations

import sys

from koschuso import __version__

# Not imported from typing: `koschuso --version` is to cost no more than starting Python.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and give its exit status.

    Args:
        arguments: What stands behind ``koschuso``; the process's own arguments when omitted.

    Returns:
        0 done, 1 refused with a finding or an error, 2 wrong use.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given == ["--version"]:
        # Asked by scripts and installers all the time: answered without loading the command line library.
        print(f"koschuso {__version__}")  # noqa: T201 - a command prints
        return 0
    try:
        from koschuso.cli.application import run  # noqa: PLC0415 - see above

        return run(given)
    except KeyboardInterrupt:
        print("Abgebrochen; es wurde nichts Halbes geschrieben.", file=sys.stderr)  # noqa: T201 - as above
        return 130
