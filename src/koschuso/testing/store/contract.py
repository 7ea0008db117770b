"""The clauses of the storage contract by number and name; the normative text is ``docs/contract/store.md``."""

from __future__ import annotations

from koschuso.testing.clauses import Clause, Contract

__all__ = ["STORE_CONTRACT"]

STORE_CONTRACT = Contract(
    name="store",
    version=1,
    title="Speicher",
    document="docs/contract/store.md",
    clauses=[
        Clause(id="T1", title="Inhalte kommen Byte für Byte zurück"),
        Clause(id="T2", title="Ein Abbruch hinterlässt keine Spur"),
        Clause(id="T3", title="Wer liest, sieht einen einzigen Stand"),
        Clause(id="T4", title="Nach einem Fehler geht es weiter"),
        Clause(id="C1", title="»ABSENT« überschreibt nichts Vorhandenes"),
        Clause(id="C2", title="Eine veraltete Revision wird abgelehnt"),
        Clause(id="C3", title="Von mehreren Schreibenden gewinnt genau einer"),
        Clause(id="C4", title="Jede Änderung gibt eine neue Revision"),
        Clause(id="Q1", title="Eine Suche liefert alle Treffer, in der Reihenfolge der Kennungen"),
        Clause(id="Q2", title="Eine Suche braucht Arbeitsspeicher für eine Seite, nicht für das Ergebnis"),
        Clause(id="Q3", title="Eine Suche darf abgebrochen werden"),
        Clause(id="F1", title="Der Änderungsverlauf nennt jede Änderung in der Reihenfolge des Speicherns"),
        Clause(id="F2", title="Ein fremdes oder veraltetes Lesezeichen wird abgelehnt"),
        Clause(id="F3", title="Eine spät abgeschlossene Änderung wird nicht übersprungen"),
        Clause(id="F4", title="Der Änderungsverlauf enthält keine Inhalte"),
        Clause(id="F5", title="Der Zeitpunkt der neuesten Änderung stimmt"),
        Clause(id="F6", title="Wer auf Änderungen wartet, erfährt von jeder"),
        Clause(id="P1", title="Nach dem Entfernen ist kein Inhalt mehr lesbar"),
        Clause(id="P2", title="Nach dem endgültigen Löschen steht nichts mehr in den Dateien"),
        Clause(id="U1", title="Zugangsdaten der Speicher-URL werden nirgends gezeigt"),
        Clause(id="V1", title="Daten der vorigen Version bleiben lesbar"),
        Clause(id="X1", title="Was nicht angeboten wird, meldet sich als Fehler"),
    ],
)
"""Version 1 of the storage contract."""
