"""A private PostgreSQL server for tests: made in a folder of its own, on loopback, gone afterwards.

Used by the plugin koschuso-postgres and by the durability tests. PostgreSQL refuses to run as root, so a test run by
root starts it as another user. Where the programs are missing, tests are skipped, in CI they fail.
"""

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Self
from urllib.parse import quote

import pytest

__all__ = ["SETTINGS", "PostgresServer", "programs", "require_postgres"]

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "60",
    "shared_buffers": "64MB",
    "fsync": "on",
    "logging_collector": "off",
    "log_min_messages": "fatal",
    "log_min_error_statement": "panic",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
}
"""What every test server is started with; `PostgresServer` takes more."""

_PATIENCE = 60.0


def programs() -> Path | None:
    """Return the folder of PostgreSQL's server programs, the newest one that is there."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3].partition(".")[0])
    )
    if found:
        return found[-1].parent
    elsewhere = shutil.which("initdb")
    return Path(elsewhere).resolve().parent if elsewhere else None


def require_postgres() -> Path:
    """Return the folder of the programs; without them skip the test, in CI fail it."""
    folder = programs()
    if folder is None:
        if os.environ.get("CI") == "true":
            pytest.fail("CI must run with PostgreSQL, but it is not there: .ci/postgres.sh installs it")
        pytest.skip("PostgreSQL is not on this machine")
    return folder


class PostgresServer:
    """A cluster in a folder of its own; as a context manager it runs inside, and is gone afterwards.

    Args:
        settings: Further settings of the server.
        parent: Where to make the folder; another user must be able to reach it.
    """

    def __init__(self, settings: dict[str, str] | None = None, parent: Path | None = None) -> None:
        self._programs = require_postgres()
        self._user = _other_user() if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="koschuso-pg-", dir=parent))
        self.data = self.folder / "data"
        self.password = secrets.token_hex(8)
        self.port = 0
        self._settings = SETTINGS | (settings or {})
        self._process: subprocess.Popen[bytes] | None = None
        self._create()

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.remove()
            raise
        return self

    def __exit__(self, *_exception: object) -> None:
        self.remove()

    @property
    def url(self) -> str:
        """URL of the administrator and the database ``postgres``, with the password."""
        return self.url_of("postgres")

    def url_of(self, database: str, user: str = "postgres", password: str | None = None, **options: str) -> str:
        """Write the URL of a database of this server."""
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in options.items())
        word = self.password if password is None else password
        return f"postgresql://{user}:{word}@127.0.0.1:{self.port}/{database}{'?' if query else ''}{query}"

    def start(self) -> None:
        """Start it and wait until it answers; recovery after a hard stop included."""
        for _ in range(5):
            if not self.port:
                self.port = _free_port()
            settings = {**self._settings, "port": str(self.port), "unix_socket_directories": str(self.folder)}
            options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
            with (self.folder / "log").open("ab") as log:
                self._process = subprocess.Popen(
                    [self._programs / "postgres", "-D", self.data, *options],
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                    cwd=self.folder,
                    **self._as_user,
                )
            if self._answers():
                return
            self.port = 0  # somebody else was faster with this one
        pytest.fail((self.folder / "log").read_text(errors="replace")[-2000:])

    def stop(self, mode: str = "fast") -> None:
        """Stop it: ``smart`` waits for clients, ``fast`` ends them, ``immediate`` is like a power cut of the program."""
        how = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}[mode]
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(_PATIENCE)
            self._process = None

    def kill(self) -> None:
        """Kill all its processes at once, without any chance to tidy up."""
        if self._process is not None:
            # The processes of the server are sessions of their own; their parent tells which they are.
            own = self._process.pid
            children = _children(own)
            self._process.kill()
            for pid in children:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self._process.wait(_PATIENCE)
            self._process = None
            # The memory that the killed processes shared is free only when the last of them is gone.
            end = time.monotonic() + _PATIENCE
            while any(Path(f"/proc/{pid}").exists() for pid in children) and time.monotonic() < end:
                time.sleep(0.01)

    def restart(self, mode: str = "fast") -> None:
        """Stop and start it, on the same port."""
        self.stop(mode)
        self.start()

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, program: str, *arguments: str, database: str = "postgres", text: str | None = None) -> str:
        """Run a client program, such as ``psql`` or ``pg_amcheck``, as the administrator; return what it printed.

        Raises:
            subprocess.CalledProcessError: When it fails.
        """
        environment = {
            "PATH": os.environ["PATH"],
            "LC_ALL": "C",
            "PGHOST": "127.0.0.1",
            "PGPORT": str(self.port),
            "PGUSER": "postgres",
            "PGDATABASE": database,
            "PGPASSWORD": self.password,
        }
        done = subprocess.run(
            [self._programs / program, *arguments],
            env=environment,
            input=text,
            text=True,
            capture_output=True,
            check=False,
            timeout=_PATIENCE,
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, program, done.stdout, done.stderr)
        return done.stdout

    def run_as_owner(self, program: str, *arguments: str) -> None:
        """Run a program that works on the files of the stopped server."""
        subprocess.run(
            [self._programs / program, *arguments], check=True, capture_output=True, cwd=self.folder, **self._as_user
        )

    @property
    def _as_user(self) -> dict[str, object]:
        return {} if self._user is None else {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}

    def _create(self) -> None:
        secret = self.folder / "secret"
        secret.write_text(self.password)
        if self._user is not None:
            for path in (self.folder, secret):
                os.chown(path, self._user.pw_uid, self._user.pw_gid)
        subprocess.run(
            [
                self._programs / "initdb", "--pgdata", self.data, "--username", "postgres", "--pwfile", secret,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync", "--data-checksums",
                # A collation of people, so that a forgotten COLLATE "C" shows.
                "--locale-provider", "icu", "--icu-locale", "de",
            ],
            check=True,
            capture_output=True,
            cwd=self.folder,
            **self._as_user,
        )  # fmt: skip
        secret.unlink()

    def _answers(self) -> bool:
        end = time.monotonic() + _PATIENCE
        while self._process is not None and self._process.poll() is None and time.monotonic() < end:
            ready = subprocess.run(
                [self._programs / "pg_isready", "--host", "127.0.0.1", "--port", str(self.port), "--quiet"], check=False
            )
            if ready.returncode == 0:
                return True
            time.sleep(0.05)
        return False


def _other_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    pytest.fail("PostgreSQL does not run as root, and there is neither a user »postgres« nor »nobody«")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _children(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == parent:
            found.append(int(status.parent.name))
    return found
