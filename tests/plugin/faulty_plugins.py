"""Plugins that are each wrong in one way, with the clause that they break, and healthy ones."""

HEALTHY = {
    "fields": """
        @hookimpl
        def koschuso_fields():
            return [ExtraField(name="NAME:feld", record_kind="person", label="Feld", privacy=PrivacyClass.INTERN, help="Was?")]
        """,
    "catalogue": """
        @hookimpl
        def koschuso_catalogues():
            return [Catalogue(name="NAME:profil", title="Eigene", version="1", extends="taetigkeitsprofil",
                              entries=(Entry(key="NAME:telefon", label="Telefon", maps_to="beratung"),
                                       Entry(key="beratung.mail", label="Per Mail")))]
        """,
    "rule, report and closures": """
        def builds(view, parameters):
            return make_document("NAME:liste", view, parameters, title="Liste", sections=[Section(title="Schulen", blocks=(
                Text(paragraphs=tuple(school.name for school in view.records(Organisation))),))])
        @hookimpl
        def koschuso_reports():
            return [Report(name="NAME:liste", title="Liste", description="Alle Schulen.", build=lambda v, p: builds(v, p))]
        @hookimpl
        def koschuso_rules():
            def check(view):
                for school in view.records(Organisation):
                    if not school.homepage:
                        yield Finding(rule="NAME.homepage", message="Ohne Homepage.", severity=Severity.INFO, kind=school.KIND, id=school.id)
            return [Rule(name="NAME:homepage", title="Homepage", severity=Severity.INFO, source="Netzwerk", check=check)]
        """,
    "report with an own field": """
        @hookimpl
        def koschuso_fields():
            return [ExtraField(name="NAME:feld", record_kind="person", label="Feld", privacy=PrivacyClass.OEFFENTLICH, help="Was?")]
        def build(view, parameters):
            [field] = view.fields("person")
            return make_document("NAME:liste", view, parameters, title=field.label, sections=[])
        @hookimpl
        def koschuso_reports():
            return [Report(name="NAME:liste", title="Liste", description="Alle.", build=build)]
        """,
    "data holder": """
        letters = {}
        @hookimpl
        def koschuso_data_holders():
            return [DataHolder(name="NAME:briefe", access=lambda person: letters.get(person, []),
                               erase=lambda person: len(letters.pop(person, [])))]
        def remember(person, text):
            open("briefe.txt", "a").write(person + text)
        """,
    "writes nothing about people": """
        KEEPS_PERSONAL_DATA = False
        import pathlib
        @hookimpl
        def koschuso_fields(): return []
        def cache(folder): pathlib.Path(folder, "ferien.json").write_text("[]")
        """,
}

_FIELD = 'ExtraField(name="NAME:feld", record_kind="person", label="Feld", privacy=PrivacyClass.INTERN)'
_FIELDS = f"@hookimpl\ndef koschuso_fields(): return [{_FIELD}]\n"
_REPORT = "@hookimpl\ndef koschuso_reports(): return [Report(name='NAME:b', title='Bericht', description='Alles.', build=build)]\n"
_RULE = "@hookimpl\ndef koschuso_rules(): return [Rule(name='NAME:r', title='Regel', severity=Severity.INFO, source='Wir', check=check)]\n"

BOUNDED = ("koschuso>=0.1,<0.2",)

FAULTY = {
    "no requirement": ("R1", _FIELDS, ()),
    "no upper bound": ("R1", _FIELDS, ("koschuso>=0.1",)),
    "excludes one version only": ("R1", _FIELDS, ("koschuso>=0.1,!=0.5",)),
    "no lower bound": ("R1", _FIELDS, ("koschuso<0.2",)),
    "bounded only with an extra": ("R1", _FIELDS, ("koschuso>=0.1,<0.2; extra == 'test'",)),
    "requirement that is none": ("R1", _FIELDS, ("koschuso >=> 3",)),
    "made for another version": ("R2", _FIELDS, ("koschuso>=99,<100",)),
    "name of another plugin": ("N1", _FIELDS.replace("NAME:", "soest:"), BOUNDED),
    "name without plugin": ("N1", _FIELDS.replace("NAME:", "").replace('"feld"', '"andere:feld"'), BOUNDED),
    "private module": ("I1", "from koschuso.plugin.registry import Registry\n" + _FIELDS, BOUNDED),
    "private module, plainly": ("I1", "import koschuso.store.sqlite\n" + _FIELDS, BOUNDED),
    "private name of a public module": ("I1", "from koschuso.plugin import _HOMES\n" + _FIELDS, BOUNDED),
    "private module behind a public one": ("I1", "from koschuso.model import values\n" + _FIELDS, BOUNDED),
    "private module, later": (
        "I1",
        f"@hookimpl\ndef koschuso_fields():\n    from koschuso.office import facade\n    return [{_FIELD}]\n",
        BOUNDED,
    ),
    "private module under a disguise": (
        "I1",
        "import importlib\nm = importlib.import_module('koschuso.' + 'guard')\n" + _FIELDS,
        BOUNDED,
    ),
    "private module among the loaded ones": (
        "I1",
        "import sys\nimport koschuso.plugin\nregistry = sys.modules.get('koschuso.errors') and sys.modules['koschuso.guard']\n"
        + _FIELDS,
        BOUNDED,
    ),
    "private name through a public module": (
        "I1",
        f"import koschuso.plugin\n@hookimpl\ndef koschuso_fields():\n    koschuso.plugin._HOMES\n    return [{_FIELD}]\n",
        BOUNDED,
    ),
    "heavy import": ("I2", "import hypothesis\n" + _FIELDS, BOUNDED),
    "heavy import behind a helper": ("I2", "__import__('open' + 'pyxl')\n" + _FIELDS, BOUNDED),
    "slow import": ("I2", "import time\ntime.sleep(2.2)\n" + _FIELDS, BOUNDED),
    "import error": ("H1", "import a_module_that_is_not_there\n", BOUNDED),
    "misspelt hook": ("H1", "@hookimpl\ndef koschuso_feilds(): return []\n", BOUNDED),
    "forgotten marker": ("H1", "def koschuso_fields(): return []\n", BOUNDED),
    "wrong record": ("H1", "@hookimpl\ndef koschuso_fields(): return [Goal(id='1', title='Z')]\n", BOUNDED),
    "exception late in a generator": (
        "H1",
        f"@hookimpl\ndef koschuso_fields():\n    yield {_FIELD}\n    raise KeyError('spaet')\n",
        BOUNDED,
    ),
    "claims koschuso's scheme": (
        "H1",
        "@hookimpl\ndef koschuso_stores(): return [StoreBackend(name='NAME:s', schemes=('sqlite',), open=lambda url: None)]\n",
        BOUNDED,
    ),
    "another answer each time": (
        "H2",
        (
            "import itertools\nn = itertools.count()\n@hookimpl\ndef koschuso_fields():\n"
            "    return [ExtraField(name=f'NAME:feld{next(n)}', record_kind='person', label='Feld', privacy=PrivacyClass.INTERN)]\n"
        ),
        BOUNDED,
    ),
    "generator that is used up": (
        "H2",
        f"offers = iter([{_FIELD}])\n@hookimpl\ndef koschuso_fields(): return offers\n",
        BOUNDED,
    ),
    "writes a file on import": ("H3", "open('merkzettel.txt', 'w').close()\n" + _FIELDS, BOUNDED),
    "changes the environment": ("H3", "import os\nos.environ['TZ'] = 'UTC'\n" + _FIELDS, BOUNDED),
    "changes koschuso": (
        "H3",
        "import koschuso.model\nkoschuso.model.Person.LABEL = property(lambda self: 'x')\n"
        "koschuso.model.schuljahr_of = lambda day: 'nie'\n" + _FIELDS,
        BOUNDED,
    ),
    "changes Decimal": ("H3", "import decimal\ndecimal.getcontext().prec = 5\n" + _FIELDS, BOUNDED),
    "prints on import": ("H3", "print('Willkommen!')\n" + _FIELDS, BOUNDED),
    "asks the network": (
        "H3",
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), 0.1)\nexcept OSError:\n    pass\n"
        + _FIELDS,
        BOUNDED,
    ),
    "exits the process": ("H4", "import os\nos._exit(0)\n", BOUNDED),
    "never answers": ("H4", "@hookimpl\ndef koschuso_fields():\n    while True: pass\n", BOUNDED),
    "interrupts": ("H4", "@hookimpl\ndef koschuso_fields(): raise KeyboardInterrupt\n", BOUNDED),
    "blank label": ("L1", _FIELDS.replace('"Feld"', '" "'), BOUNDED),
    "technical label": ("L1", _FIELDS.replace('"Feld"', '"NAME:feld"'), BOUNDED),
    "catalogue entry with a line break in its label": (
        "L1",
        "@hookimpl\ndef koschuso_catalogues(): return [Catalogue(name='NAME:k', title='K', version='1', entries=(Entry(key='a', label='A\\nB'),))]\n",
        BOUNDED,
    ),
    "report without title": ("L1", "def build(v, p): ...\n" + _REPORT.replace("'Bericht'", "''"), BOUNDED),
    "field without privacy class": ("D1", _FIELDS.replace(", privacy=PrivacyClass.INTERN", ""), BOUNDED),
    "keeps persons without a data holder": (
        "D2",
        "import sqlite3\ndef note(person): sqlite3.connect('notizen.db')\n" + _FIELDS,
        BOUNDED,
    ),
    "writes letters without a data holder": (
        "D2",
        "from pathlib import Path\ndef letter(person): Path('brief.txt').write_text(person.family_name)\n" + _FIELDS,
        BOUNDED,
    ),
    "gathers persons in memory": (
        "D2",
        "SEEN = {}\ndef check(view):\n    for person in view.records(Person):\n        SEEN[person.id] = person.family_name\n"
        "    return []\n" + _RULE,
        BOUNDED,
    ),
    "says that it keeps personal data": ("D2", "KEEPS_PERSONAL_DATA = True\n" + _FIELDS, BOUNDED),
    "data holder that fails": (
        "D3",
        "@hookimpl\ndef koschuso_data_holders(): return [DataHolder(name='NAME:h', access=lambda p: {}[p], erase=lambda p: 0)]\n",
        BOUNDED,
    ),
    "data holder that tells about strangers": (
        "D3",
        "@hookimpl\ndef koschuso_data_holders(): return [DataHolder(name='NAME:h', access=lambda p: ['alle'], erase=lambda p: 0)]\n",
        BOUNDED,
    ),
    "data holder that erases what is not there": (
        "D3",
        "@hookimpl\ndef koschuso_data_holders(): return [DataHolder(name='NAME:h', access=lambda p: [], erase=lambda p: None)]\n",
        BOUNDED,
    ),
    "field of an unknown kind": ("F1", _FIELDS.replace('"person"', '"schueler"'), BOUNDED),
    "field of an unknown catalogue": (
        "F1",
        (
            "@hookimpl\ndef koschuso_fields(): return [ExtraField(name='NAME:feld', record_kind='person', label='Feld', "
            "type=FieldType.KEY, catalogue='gibt_es_nicht', privacy=PrivacyClass.INTERN)]\n"
        ),
        BOUNDED,
    ),
    "own entry that counts nowhere": (
        "C1",
        (
            "@hookimpl\ndef koschuso_catalogues(): return [Catalogue(name='NAME:k', title='Eigene', version='1', "
            "extends='taetigkeitsprofil', entries=(Entry(key='NAME:eigenes', label='Eigenes'),))]\n"
        ),
        BOUNDED,
    ),
    "rule that crashes on data": (
        "B1",
        "def check(view):\n    for person in view.records(Person):\n        yield person.geburtstag\n" + _RULE,
        BOUNDED,
    ),
    "rule that rolls dice": (
        "B1",
        "import uuid\ndef check(view):\n    yield Finding(rule='NAME.x', message=uuid.uuid4().hex, severity=Severity.INFO)\n"
        + _RULE,
        BOUNDED,
    ),
    "report that fails without data": (
        "B2",
        "def build(view, parameters):\n    first = view.records(Person)[0]\n"
        "    return make_document('NAME:b', view, parameters, title=first.family_name, sections=[])\n" + _REPORT,
        BOUNDED,
    ),
    "report that looks at the clock": (
        "B2",
        "import time\ndef build(view, parameters):\n"
        "    return make_document('NAME:b', view, parameters, title=str(time.time_ns()), sections=[])\n" + _REPORT,
        BOUNDED,
    ),
    "report that tells today's date": (
        "B2",
        "from datetime import date\ndef build(view, parameters):\n"
        "    return make_document('NAME:b', view, parameters, title=f'Stand {date.today():%d.%m.%Y}', sections=[])\n"
        + _REPORT,
        BOUNDED,
    ),
    "report that changes what it sees": (
        "B2",
        "def build(view, parameters):\n    for person in view.records(Person): object.__setattr__(person, 'email', '')\n"
        "    return make_document('NAME:b', view, parameters, title='Liste', sections=[])\n" + _REPORT,
        BOUNDED,
    ),
    "report that gives a text": ("B2", "def build(view, parameters): return 'Bericht'\n" + _REPORT, BOUNDED),
}
"""What is wrong -> clause, code, requirements."""
