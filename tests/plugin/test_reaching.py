"""What a plugin's source reaches for is seen however it is written, and nothing else is taken for it."""

import ast
import re
from pathlib import Path

import pytest

from koschuso.plugin.checks.reaching import private_reaches

PROJECT = Path(__file__).resolve().parents[2]

PRIVATE = {
    "import koschuso.guard": "koschuso.guard",
    "from koschuso import guard": "koschuso.guard",
    "from koschuso.store import sqlite": "koschuso.store.sqlite",
    "from koschuso.plugin import _HOMES": "koschuso.plugin._HOMES",
    "import sys\nguard = sys.modules['koschuso.guard']": "koschuso.guard",
    "from sys import modules as m\nm.get('koschuso.guard')": "koschuso.guard",
    "import sys\nname = 'koschuso.guard'\nsys.modules[name].describe": "koschuso.guard",
    "import importlib\nimportlib.import_module('koschuso._x')": "koschuso._x",
    "from importlib import import_module as load\nload('koschuso.guard')": "koschuso.guard",
    "import importlib\nimportlib.import_module(name='koschuso.guard')": "koschuso.guard",
    "import importlib\nimportlib.import_module('.guard', 'koschuso')": "koschuso.guard",
    "import importlib\nimportlib.import_module('koschuso.' + 'guard')": "koschuso.guard",
    "import importlib\nROOT = 'koschuso'\nimportlib.import_module(f'{ROOT}.guard')": "koschuso.guard",
    "import importlib\nimportlib.import_module('.'.join(['koschuso', 'guard']))": "koschuso.guard",
    "import importlib\nfor name in ('json', 'koschuso.guard'):\n    importlib.import_module(name)": "koschuso.guard",
    "load = __import__\nload('koschuso.guard')": "koschuso.guard",
    "__import__('koschuso').guard": "koschuso.guard",
    "__import__('koschuso.store').store.sqlite": "koschuso.store.sqlite",
    "import pkgutil\npkgutil.resolve_name('koschuso.guard:describe')": "koschuso.guard",
    "import koschuso\nkoschuso.store.sqlite.SqliteDriver": "koschuso.store.sqlite",
    "import koschuso.store\nkoschuso.store._x": "koschuso.store._x",
    "import koschuso.store as s\ndef later(): return s._x": "koschuso.store._x",
    "from koschuso import store\nclass A:\n    def b(self): return store._x": "koschuso.store._x",
    "from koschuso import store\nagain = store\nagain._x()": "koschuso.store._x",
    "from koschuso import plugin\nplugin.Registry": "koschuso.plugin.Registry",
    "from koschuso import store\ngetattr(store, '_x')": "koschuso.store._x",
    "from koschuso import store\nstore.__dict__['_x']": "koschuso.store._x",
    "from koschuso import store\nvars(store)['_x']": "koschuso.store._x",
    "from koschuso.store import Store\nStore._put": "koschuso.store.Store._put",
    "try:\n    from koschuso import store\nexcept ImportError:\n    store = None\nstore._x": "koschuso.store._x",
    "import importlib\ns = importlib.import_module('koschuso.store')\ns._x": "koschuso.store._x",
    "exec('from koschuso.guard import describe')": "koschuso.guard",
}


@pytest.mark.parametrize("source", PRIVATE)
def test_what_is_private_is_seen(source):
    assert PRIVATE[source] in [name for _line, name in private_reaches(ast.parse(source))]


PUBLIC = [
    "import koschuso\nkoschuso.Office\nkoschuso.__version__\nkoschuso.model.Person",
    "import koschuso.plugin as p\np.ExtraField\np.__doc__\np.__all__",
    "from koschuso.store import driver\ndriver.StoreDriver",
    "from koschuso.interchange import ical, vcard\nical.read",
    "import koschuso.testing.strategies as s\ns.records",
    "import importlib\nimportlib.import_module('koschuso.plugin')\nimportlib.import_module('.own', __package__)",
    "import sys\nsys.modules['koschuso.plugin']\nsys.modules.get('json')",
    # The same names for something else.
    "from koschuso import store\ndef work(store): return store._own, store.anything",
    "from koschuso import store\ndef work():\n    store = open('x')\n    return store._own",
    "from koschuso import store\n[store._own for store in ()]",
    "from koschuso import store\nf = lambda store: store._own",
    "class Own:\n    def __init__(self): self._x = 1\n    def f(self): return self._x",
    "name = 'koschuso.guard'\nprint(name)",
    "import logging\nlogging.getLogger('koschuso.guard')",
    "from . import own\nown._x",
    "import koschuso_muster._inner\nkoschuso_muster._inner.x",
    "getattr(object(), '_x')\nvars(object())['_y']",
    "from koschuso.store.conditions import Index\nIndex._make",
    "from koschuso.store import Store\nStore.put\nStore.__init__\nStore.__name__",
]


@pytest.mark.parametrize("source", PUBLIC)
def test_nothing_else_is_taken_for_it(source):
    assert list(private_reaches(ast.parse(source))) == []


@pytest.mark.parametrize("folder", ["plugins", "src/koschuso/plugin/skeleton/templates"])
def test_the_real_plugins_and_the_skeletons_reach_for_nothing_private(folder):
    files = [path for ending in ("*.py", "*.py.template") for path in (PROJECT / folder).glob(f"**/src/**/{ending}")]
    assert files
    for path in files:
        source = re.sub(r"@([A-Z]+)@", r"\1", path.read_text(encoding="utf-8"))
        assert list(private_reaches(ast.parse(source))) == [], path


def test_each_is_told_once_with_its_first_line():
    source = "import koschuso.guard\n\nkoschuso.guard.describe\nkoschuso.guard.guarded"
    assert list(private_reaches(ast.parse(source))) == [(1, "koschuso.guard")]
