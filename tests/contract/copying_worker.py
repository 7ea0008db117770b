"""Copies one SQLite store to another until it is killed: ``python copying_worker.py SOURCE TARGET``."""

import sys
from pathlib import Path

from koschuso.store import copying
from koschuso.store.sqlite import SqliteDriver

copying._BATCH = 200  # more moments between two batches
with SqliteDriver(Path(sys.argv[1])) as source, SqliteDriver(Path(sys.argv[2])) as target:
    print("ready", flush=True)
    copying.copy_store(source, target)
