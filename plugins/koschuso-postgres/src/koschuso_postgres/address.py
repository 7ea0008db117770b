"""What a ``postgresql://`` URL says: where the server is, whose data are meant, and how patient we are.

Options of ours have German names, those of PostgreSQL's client library keep theirs; both lists are closed, so that a
misspelt ``sslmode`` is refused rather than ignored. Nothing of the URL but host, port and database is ever shown (U1).
"""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import unquote

import attrs

from koschuso.errors import WrongUse

if TYPE_CHECKING:
    from koschuso.store.url import StoreUrl

__all__ = ["OPTIONS", "Address", "address_of", "sibling"]

_OWN = frozenset({"anlegen", "buero", "leerlauf", "melden", "schema", "wartezeit", "zeitgrenze"})
_LIBRARY = frozenset(
    {
        "channel_binding", "connect_timeout", "dbname", "gssencmode", "host", "keepalives", "keepalives_count",
        "keepalives_idle", "keepalives_interval", "krbsrvname", "load_balance_hosts", "passfile", "password", "port",
        "require_auth", "service", "ssl_max_protocol_version", "ssl_min_protocol_version", "sslcert", "sslcrl",
        "sslkey", "sslmode", "sslnegotiation", "sslpassword", "sslrootcert", "target_session_attrs",
        "tcp_user_timeout", "user",
    }
)  # fmt: skip
OPTIONS = _OWN | _LIBRARY
"""Every option that a URL may have."""

_DEFAULTS = MappingProxyType(
    {
        "application_name": "koschuso",
        "client_encoding": "utf8",
        "connect_timeout": "10",
        # A dead connection is noticed after a minute at the latest, not after two hours.
        "keepalives_idle": "30",
        "keepalives_interval": "10",
        "keepalives_count": "3",
        "tcp_user_timeout": "60000",
        # After a fail-over the server that can be written to is the one that is meant.
        "target_session_attrs": "read-write",
    }
)
_SSL_MODES = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")
_WRITABLE = ("read-write", "primary", "any")
_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,62}")
_SCHEMA = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SECONDS_OF_A_DAY = 86400.0


@attrs.frozen(kw_only=True)
class Address:
    """A store's place, read from its URL.

    Attributes:
        label: Scheme, host and database, for messages.
        servers: Host and port of each server to try, in this order; empty texts stand for the library's default.
        parameters: What else the client library is told; holds secrets.
        office: Name of the office whose data these are.
        schema: Schema of the tables.
        patience: Seconds to wait for another writer, and for a server that has gone away.
        statement_limit: Seconds that one statement may take.
        idle_limit: Seconds that a transaction may do nothing before the server ends it.
        create: Whether missing tables and a missing office are made.
        notify: Whether commits wake followers.
    """

    label: str
    servers: tuple[tuple[str, str], ...] = attrs.field(repr=False)
    parameters: Mapping[str, str] = attrs.field(repr=False)
    office: str = attrs.field(repr=False)
    schema: str = attrs.field(repr=False)
    patience: float
    statement_limit: float
    idle_limit: float
    create: bool
    notify: bool


def address_of(url: StoreUrl) -> Address:
    """Read a URL.

    Raises:
        WrongUse: For unknown or impossible options, naming the option and never its value.
    """
    from psycopg import ProgrammingError  # noqa: PLC0415 - loaded on use only
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 - loaded on use only

    url.require_options(OPTIONS)
    before, _, query = url.secret_text.partition("?")
    rest = before.partition(":")[2]
    if not rest.startswith("//"):
        raise WrongUse("Die Speicher-URL (postgresql) braucht zwei Schrägstriche: »postgresql://rechner/datenbank«.")
    options = _options(query)
    own = {name: options.pop(name) for name in _OWN & options.keys()}
    try:
        parsed = conninfo_to_dict(f"postgresql:{rest}")
        base: dict[str, str] | None = {name: str(value) for name, value in parsed.items() if value is not None}
    except ProgrammingError:
        base = None
    if base is None:
        raise WrongUse(
            "Die Speicher-URL (postgresql) ist nicht lesbar. Bitte »postgresql://benutzer@rechner/datenbank« schreiben "
            "und Sonderzeichen in Namen und Passwort mit % verschlüsseln."
        )
    twice = sorted(base.keys() & options.keys())
    if twice:
        raise WrongUse(f"Die Speicher-URL (postgresql) nennt zweimal: {', '.join(twice)}. Bitte nur einmal angeben.")
    parameters = {**_DEFAULTS, **base, **options}
    if parameters["target_session_attrs"] not in _WRITABLE:
        raise WrongUse(
            f"Die Angabe »target_session_attrs« der Speicher-URL (postgresql) kennt: {', '.join(_WRITABLE)}."
        )
    servers = _servers(parameters)
    _secure(parameters, servers)
    return Address(
        label=str(url),
        servers=servers,
        parameters=parameters,
        office=_named(own, "buero", "standard", _NAME),
        schema=_named(own, "schema", "koschuso", _SCHEMA),
        patience=_seconds(own, "wartezeit", 15.0),
        statement_limit=_seconds(own, "zeitgrenze", 60.0),
        idle_limit=_seconds(own, "leerlauf", 600.0),
        create=_yes(own, "anlegen"),
        notify=_yes(own, "melden"),
    )


def sibling(url: StoreUrl, token: str) -> str:
    """Name another office in the same tables.

    Args:
        url: URL of an office.
        token: Name of the other one, ``[a-z0-9]+``.

    Returns:
        The whole URL, with secrets.
    """
    before, _, query = url.secret_text.partition("?")
    kept = [part for part in query.split("&") if part and unquote(part.partition("=")[0]) != "buero"]
    return f"{before}?{'&'.join([*kept, f'buero={token}'])}"


def _options(query: str) -> dict[str, str]:
    """Read options as the client library does: unlike in web forms a plus sign is a plus sign."""
    options: dict[str, str] = {}
    for part in query.split("&"):
        name, _, value = part.partition("=")
        if name:
            try:
                options[unquote(name)] = unquote(value, errors="strict")
            except UnicodeDecodeError:
                raise WrongUse("Eine Angabe der Speicher-URL (postgresql) ist nicht als UTF-8 verschlüsselt.") from None
    if any("\0" in value for value in options.values()):
        raise WrongUse("Eine Angabe der Speicher-URL (postgresql) enthält ein NUL-Zeichen.")
    return options


def _servers(parameters: dict[str, str]) -> tuple[tuple[str, str], ...]:
    """Take hosts and ports out; we try one server after the other ourselves, because the library would log names."""
    hosts = parameters.pop("host", "").split(",")
    ports = parameters.pop("port", "").split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    if len(ports) != len(hosts):
        raise WrongUse("Die Speicher-URL (postgresql) nennt nicht so viele Anschlüsse (Ports) wie Rechner.")
    return tuple(zip(hosts, ports, strict=True))


def _secure(parameters: dict[str, str], servers: tuple[tuple[str, str], ...]) -> None:
    """Demand a verified certificate of every server beyond this machine, unless the URL says otherwise.

    The library's own default, ``prefer``, talks to anybody and even without encryption. A service file is not read
    here, so its host counts as remote.
    """
    if (mode := parameters.get("sslmode")) is not None and mode not in _SSL_MODES:
        raise WrongUse(
            f"Die Angabe »sslmode« der Speicher-URL (postgresql) kennt nur: {', '.join(_SSL_MODES)}. Bitte die Schreibweise prüfen."
        )
    if "sslmode" not in parameters and os.environ.get("PGSSLMODE"):
        return
    hosts = [host or os.environ.get("PGHOST", "") for host, _ in servers]
    if "sslmode" not in parameters and ("service" in parameters or not all(map(_is_here, hosts))):
        parameters["sslmode"] = "verify-full"
    if parameters.get("sslmode") == "verify-full" and "sslrootcert" not in parameters and _knows_system_authorities():
        parameters["sslrootcert"] = "system"


def _is_here(host: str) -> bool:
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _knows_system_authorities() -> bool:
    """Tell whether the authorities of the operating system are to judge: no own file names others."""
    from pathlib import Path  # noqa: PLC0415 - loaded on use only

    from psycopg import pq  # noqa: PLC0415 - loaded on use only

    own = os.environ.get("PGSSLROOTCERT") or (Path.home() / ".postgresql" / "root.crt").exists()
    return not own and pq.version() >= 160000  # noqa: PLR2004 - the first library that has the word »system«


def _named(own: Mapping[str, str], name: str, default: str, form: re.Pattern[str]) -> str:
    value = own.get(name, default)
    if not form.fullmatch(value) or value.startswith("pg_"):
        raise WrongUse(
            f"Die Angabe »{name}« der Speicher-URL (postgresql) braucht Kleinbuchstaben und Ziffern, "
            "höchstens 63 Zeichen, zum Beispiel »soest«."
        )
    return value


def _seconds(own: Mapping[str, str], name: str, default: float) -> float:
    try:
        seconds = float(own.get(name, default))
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _SECONDS_OF_A_DAY:
        raise WrongUse(f"Die Angabe »{name}« der Speicher-URL (postgresql) braucht Sekunden, mehr als 0, bis 86400.")
    return seconds


def _yes(own: Mapping[str, str], name: str) -> bool:
    value = own.get(name, "ja")
    if value not in {"ja", "nein"}:
        raise WrongUse(f"Die Angabe »{name}« der Speicher-URL (postgresql) kennt die Werte »ja« und »nein«.")
    return value == "ja"
