-- Verteilt die Tabellen von koschuso auf die Rechner eines Citus-Verbunds. Einmal mit der Eigentümer-Rolle ausführen,
-- nachdem koschuso die Tabellen angelegt hat:
--
--   psql -v schema=koschuso -f citus.sql
--
-- Verteilungsschlüssel ist überall die Spalte »office«: Alles, was ein Büro hat, liegt auf einem Rechner (colocate_with),
-- und jede Anweisung von koschuso nennt genau ein Büro. »format« und »access« sind klein und stehen auf jedem Rechner.

\set ON_ERROR_STOP on

BEGIN;
SELECT create_reference_table(format('%I.format', :'schema')::regclass);
SELECT create_reference_table(format('%I.access', :'schema')::regclass);
SELECT create_distributed_table(format('%I.office', :'schema')::regclass, 'office');
SELECT create_distributed_table(
    format('%I.record', :'schema')::regclass, 'office', colocate_with => format('%I.office', :'schema'));
SELECT create_distributed_table(
    format('%I.past', :'schema')::regclass, 'office', colocate_with => format('%I.office', :'schema'));
COMMIT;
