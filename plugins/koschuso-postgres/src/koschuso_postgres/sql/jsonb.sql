-- Macht Fragen an den Inhalt schnell: ein Index über die JSONB-Form der Datensätze. Nur nötig, wenn häufig mit SQL
-- ausgewertet wird; koschuso selbst braucht ihn nicht, und jedes Speichern kostet mit ihm mehr (README, »Auswerten«).
-- Mit der Eigentümer-Rolle ausführen:
--
--   psql -v schema=koschuso -f jsonb.sql
--
-- Danach nutzt ihn zum Beispiel: SELECT id FROM koschuso.document WHERE office = 'soest' AND data @> '{"status": "geplant"}';
-- Wieder entfernen: DROP INDEX koschuso.record_jsonb;

\set ON_ERROR_STOP on

CREATE INDEX IF NOT EXISTS record_jsonb ON :"schema".record USING gin (:"schema".as_jsonb(body) jsonb_path_ops)
    WHERE body IS NOT NULL;
