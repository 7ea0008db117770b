"""Several statements in one message, and all their answers with the next: what saving a single record waits for.

`psycopg.Connection.pipeline` looks for answers between statements, so it sends as many messages as it has statements.
Here they leave together. Values are parameters as everywhere; the server has read all of them before it answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from psycopg import OperationalError
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.waiting import Ready, Wait

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from psycopg.pq.abc import PGconn, PGresult

    from koschuso_postgres.connections import Connection

__all__ = ["Message", "Value", "exchanged"]

Value = str | int | bool | bytes | None
"""What a parameter may be; a ``bytes`` goes as it is."""

Message = tuple[bytes, "Sequence[Value]"]
"""A statement with ``$1`` … for its parameters."""

_FAILED = frozenset({ExecStatus.FATAL_ERROR, ExecStatus.BAD_RESPONSE, ExecStatus.NONFATAL_ERROR})


def exchanged(connection: Connection, messages: Sequence[Message]) -> list[tuple[bytes | None, ...]]:
    """Send statements in one message and wait for all answers.

    Args:
        connection: Not in a pipeline.
        messages: Few, and small enough for the memory of both sides.

    Returns:
        The first row of the last answer as the server writes it, or none.

    Raises:
        psycopg.Error: What the first statement that failed says; the ones after it were not executed.
    """
    with connection.lock:
        raw = connection.pgconn
        raw.enter_pipeline_mode()
        results = connection.wait(_exchange(raw, messages))
        raw.exit_pipeline_mode()
    for result in results:
        if result.status in _FAILED:
            raise error_from_result(result)
    if len(results) < len(messages):
        raise OperationalError("connection lost")
    last = results[-1]
    return [tuple(last.get_value(row, column) for column in range(last.nfields)) for row in range(last.ntuples)]


def _exchange(raw: PGconn, messages: Sequence[Message]) -> Generator[Wait, Ready | int, list[PGresult]]:
    for statement, values in messages:
        raw.send_query_params(
            statement,
            [_written(value) for value in values],
            param_formats=[isinstance(value, bytes) for value in values],
        )
    raw.pipeline_sync()
    # Nothing is ready when the wait begins anew after an interruption.
    while raw.flush():
        if (ready := (yield Wait.RW)) and ready & Ready.R:
            raw.consume_input()
    results: list[PGresult] = []
    while raw.status != ConnStatus.BAD:
        while raw.is_busy():
            if (yield Wait.R):
                raw.consume_input()
        result = raw.get_result()
        if result is None:  # the end of one answer
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            break
        results.append(result)
    return results


def _written(value: Value) -> bytes | None:
    if isinstance(value, str):
        return value.encode()
    if value is None or isinstance(value, bytes):
        return value
    return str(value).encode()  # True and False are words that the server knows
