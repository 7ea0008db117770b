"""Print the SQL scripts for the administrator: ``python -m koschuso_postgres rollen | psql …``."""

from __future__ import annotations

import sys
from importlib.resources import files

__all__ = ["main"]

_SCRIPTS = ("rollen", "citus", "jsonb")


def main(arguments: list[str]) -> int:
    """Print one script; 2 for anything else."""
    if len(arguments) != 1 or arguments[0] not in _SCRIPTS:
        sys.stderr.write(
            f"Aufruf: python -m koschuso_postgres {{{'|'.join(_SCRIPTS)}}}\n"
            "Gibt ein SQL-Skript für die Verwaltung der Datenbank aus, zum Weiterreichen an psql.\n"
        )
        return 2
    script = files("koschuso_postgres") / "sql" / f"{arguments[0]}.sql"
    # psql takes scripts in UTF-8, whatever the terminal speaks.
    sys.stdout.buffer.write(script.read_bytes())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
