"""Copies one store to another until it is killed: ``python copying_worker.py SOURCE TARGET [MODULE…]``.

Source and target are paths of SQLite files or URLs; the modules are plugins that bring stores.
"""

import sys
from importlib import import_module
from itertools import chain

from koschuso.store import CORE_BACKENDS, copying
from koschuso.store.backends import open_driver

copying._BATCH = 200  # more moments between two batches
backends = [*CORE_BACKENDS, *chain.from_iterable(import_module(name).koschuso_stores() for name in sys.argv[3:])]
with open_driver(sys.argv[1], backends) as source, open_driver(sys.argv[2], backends) as target:
    print("ready", flush=True)
    copying.copy_store(source, target)
