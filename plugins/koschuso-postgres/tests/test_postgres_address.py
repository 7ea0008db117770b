"""What a postgresql:// URL may say, what it means, and that nothing of it is shown."""

import pytest
from koschuso_postgres import BACKEND, sibling
from koschuso_postgres.address import OPTIONS, address_of
from psycopg import pq

from koschuso.errors import KoschusoError, Unavailable, WrongUse
from koschuso.store.backends import open_driver
from koschuso.store.conditions import Index
from koschuso.store.driver import ABSENT, ANY
from koschuso.store.url import parse_store_url


@pytest.fixture(autouse=True)
def no_environment(monkeypatch, tmp_path):
    for name in ("PGHOST", "PGSSLMODE", "PGSSLROOTCERT", "PGSERVICE", "PGPORT", "PGUSER", "PGDATABASE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))


def address(text):
    return address_of(parse_store_url(text, BACKEND.schemes))


@pytest.mark.parametrize(
    "text",
    [
        "postgresql://db.example/koschuso",
        "postgres://anna:geheim@db.example:5433/koschuso?buero=soest",
        "postgresql://192.0.2.7/koschuso",
        "postgresql:///koschuso?host=db.example",
        "postgresql://localhost,db.example/koschuso",
        "postgresql:///?service=koschuso",
    ],
)
def test_a_server_beyond_this_machine_must_prove_who_it_is(text):
    parameters = address(text).parameters
    assert parameters["sslmode"] == "verify-full"
    if pq.version() >= 160000:
        assert parameters["sslrootcert"] == "system"


@pytest.mark.parametrize(
    "text",
    [
        "postgresql:///koschuso",
        "postgresql://localhost/koschuso",
        "postgresql://127.0.0.1/koschuso",
        "postgresql://[::1]/koschuso",
        "postgresql:///koschuso?host=/run/postgresql",
        "postgresql://%2Frun%2Fpostgresql/koschuso",
    ],
)
def test_this_machine_needs_no_certificate(text):
    assert "sslmode" not in address(text).parameters


def test_what_the_url_or_the_environment_says_about_encryption_counts(monkeypatch, tmp_path):
    assert address("postgresql://db.example/k?sslmode=require").parameters["sslmode"] == "require"
    own = address("postgresql://db.example/k?sslrootcert=/etc/wurzel.crt").parameters
    assert (own["sslmode"], own["sslrootcert"]) == ("verify-full", "/etc/wurzel.crt")
    (tmp_path / ".postgresql").mkdir()
    (tmp_path / ".postgresql" / "root.crt").touch()
    assert "sslrootcert" not in address("postgresql://db.example/k").parameters
    monkeypatch.setenv("PGHOST", "db.example")
    assert address("postgresql:///k").parameters["sslmode"] == "verify-full"
    monkeypatch.setenv("PGSSLMODE", "require")
    assert "sslmode" not in address("postgresql:///k").parameters


def test_several_servers_are_tried_in_their_order():
    found = address("postgresql://eins.example:5433,zwei.example:5434/k")
    assert found.servers == (("eins.example", "5433"), ("zwei.example", "5434"))
    assert address("postgresql://eins.example,zwei.example/k").servers == (("eins.example", ""), ("zwei.example", ""))
    assert found.parameters["target_session_attrs"] == "read-write"
    with pytest.raises(WrongUse, match="Ports"):
        address("postgresql:///k?host=a,b,c&port=1,2")


def test_names_and_passwords_are_percent_decoded_and_a_plus_stays_a_plus():
    parameters = address("postgresql://anna%40amt:ge%3Fheim%2F@localhost/büro?passfile=/a+b/%C3%BC").parameters
    assert parameters["user"] == "anna@amt"
    assert parameters["password"] == "ge?heim/"  # noqa: S105 - not a real one
    assert parameters["dbname"] == "büro"
    assert parameters["passfile"] == "/a+b/ü"


def test_our_own_options():
    found = address("postgresql:///k?buero=soest&schema=kreis&wartezeit=2.5&zeitgrenze=7&anlegen=nein&melden=nein")
    assert (found.office, found.schema, found.patience, found.statement_limit) == ("soest", "kreis", 2.5, 7.0)
    assert (found.create, found.notify) == (False, False)
    plain = address("postgresql:///k")
    assert (plain.office, plain.schema, plain.create, plain.notify) == ("standard", "koschuso", True, True)
    assert plain.parameters["application_name"] == "koschuso"


@pytest.mark.parametrize(
    "options",
    [
        "sslmod=disable",
        "options=-c%20fsync%3Doff",
        "application_name=x",
        "buero=",
        "buero=Soest",
        "buero=a:b",
        "schema=pg_catalog",
        'schema=a"b',
        "wartezeit=0",
        "wartezeit=bald",
        "wartezeit=nan",
        "zeitgrenze=-1",
        "anlegen=vielleicht",
        "target_session_attrs=standby",
        "password=%00",
        "password=%ff",
        "buero=a&buero=b",
    ],
)
def test_impossible_options_are_refused_by_name(options):
    with pytest.raises(WrongUse) as caught:
        address(f"postgresql://localhost/k?{options}")
    assert options.partition("=")[0] in str(caught.value) or "Angabe" in str(caught.value)


@pytest.mark.parametrize("text", ["postgresql:localhost/k", "postgresql://a:b:c:d/k?x", "postgresql://u@[::1/k"])
def test_an_unreadable_url_is_refused(text):
    with pytest.raises(WrongUse):
        address(text)


def test_an_option_that_the_url_names_already_is_refused():
    with pytest.raises(WrongUse, match="password"):
        address("postgresql://anna:eins@localhost/k?password=zwei")


def test_a_sibling_is_another_office_of_the_same_tables():
    text = "postgresql://anna:ge%26heim@db.example/k?sslmode=require&buero=soest&schema=kreis"
    other = sibling(parse_store_url(text, BACKEND.schemes), "unna7")
    assert other == "postgresql://anna:ge%26heim@db.example/k?sslmode=require&schema=kreis&buero=unna7"
    assert sibling(parse_store_url("postgresql:///k", BACKEND.schemes), "x") == "postgresql:///k?buero=x"


def test_the_documentation_names_every_option():
    from pathlib import Path

    text = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(OPTIONS) if f"`{name}`" not in text] == []


def test_nothing_of_the_url_but_host_and_database_is_shown(server, database, caplog):
    secret = "Kanarienvogel"  # noqa: S105 - not a real one
    caplog.set_level("DEBUG")
    urls = [
        server.url_of(database, password=secret),
        server.url_of(database, user=secret),
        server.url_of(database, buero=secret.lower(), schema=secret.lower()),
        server.url_of(database, buero=secret),
        server.url_of(database, sslmode="verify-full", sslrootcert=f"/{secret}"),
        f"postgresql://{secret}:{secret}@127.0.0.1:1,127.0.0.1:{server.port}/{database}?connect_timeout=2",
        f"postgresql://{secret}@/{database}?host=/{secret}",
        f"postgresql://{secret}@127.0.0.1:{server.port}/{database}?passfile=/{secret}",
    ]
    shown = []
    for text in urls:
        try:
            with open_driver(text, [BACKEND]) as driver, driver.transaction(write=True) as transaction:
                shown += [repr(driver), repr(transaction), repr(driver._address)]
        except KoschusoError as error:
            cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
            shown += [str(error), repr(error.details), repr(cause)]
    assert secret.lower() not in " ".join([*shown, caplog.text]).lower()
    assert len(shown) >= len(urls)


def test_a_server_that_is_not_there_is_unavailable_with_advice():
    with pytest.raises(Unavailable, match=r"Keine Verbindung.*antwortet nicht.*Verwaltung"):
        open_driver("postgresql://127.0.0.1:1/koschuso", [BACKEND])


def test_a_server_that_lets_nobody_in_is_told_apart(server, database):
    wrong = (server.url_of(database, "postgres", "falsch"), server.url_of("gibt_es_nicht"))
    for url in wrong:
        with pytest.raises(Unavailable, match=r"lässt aber niemanden hinein.*Benutzer und Passwort") as caught:
            open_driver(url, [BACKEND])
        assert "antwortet nicht" not in caught.value.message


def test_a_misspelt_sslmode_is_no_matter_of_the_server():
    with pytest.raises(WrongUse, match="sslmode"):
        open_driver("postgresql://127.0.0.1:1/koschuso?sslmode=verify-ful", [BACKEND])


def test_a_server_without_a_certificate_is_refused_with_advice(server, database):
    with pytest.raises(Unavailable, match="Zertifikat"):
        open_driver(server.url_of(database, sslmode="verify-full"), [BACKEND])


def test_a_failure_in_the_middle_of_a_message_shows_nothing_either(server, database, schema, administrator, caplog):
    """The library would log the connection with its user."""
    administrator.execute("CREATE ROLE kanarienvogel SUPERUSER LOGIN PASSWORD 'geheim'")
    administrator.execute(
        "CREATE FUNCTION public.fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no'; END $$"
    )
    caplog.set_level("DEBUG")
    url = server.url_of(database, "kanarienvogel", "geheim", schema=schema, buero="soest")
    with open_driver(url, [BACKEND]) as driver:
        for table in ("office", "record"):
            administrator.execute(
                f"CREATE TRIGGER fail BEFORE INSERT OR UPDATE ON {schema}.{table} "
                "FOR EACH ROW EXECUTE FUNCTION public.fail()"
            )
            for expect in (ANY, ABSENT):
                with pytest.raises(Unavailable) as caught, driver.transaction(write=True) as transaction:  # noqa: PT012 - the block is what is tried
                    transaction.put("person", "a", b"1", Index(), expect=expect)
                    transaction.put("person", "a", b"2", Index(), expect=ANY)
                assert "kanarienvogel" not in f"{caught.value} {caught.value.details} {caught.value.__cause__}"
            administrator.execute(f"DROP TRIGGER fail ON {schema}.{table}")
        with driver.transaction(write=True) as transaction:
            transaction.put("person", "a", b"1", Index(), expect=ABSENT)
    assert "kanarienvogel" not in caplog.text
