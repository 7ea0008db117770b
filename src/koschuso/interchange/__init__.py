"""Interchange with other programs: calendars, address books, tables, archives."""

__all__: list[str] = []
