-- Gibt einer Rolle genau die Rechte, die koschuso für ein Büro braucht. Für jedes Büro einmal mit psql ausführen, mit
-- der Eigentümer-Rolle der Tabellen (sie muss Rollen anlegen dürfen, oder die Rollen sind schon da):
--
--   psql -v schema=koschuso -v buero=soest -v rolle=koschuso_soest -v auswertung=koschuso_soest_lesen -f rollen.sql
--
-- Danach ein Passwort setzen (\password koschuso_soest) oder ein Zertifikat hinterlegen. Wiederholen schadet nicht.
--
-- Die Rolle »rolle« liest und schreibt dieses eine Büro: Sie kann keine Tabelle ändern oder löschen, kein anderes Büro
-- sehen, die Kette der Änderungen nicht umschreiben und sich selbst nichts freigeben. »auswertung« liest nur.

\set ON_ERROR_STOP on

BEGIN;

SELECT format('CREATE ROLE %I LOGIN', name)
FROM (VALUES (:'rolle'), (:'auswertung')) AS wanted (name)
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted.name)
\gexec

-- Das Büro, mit dem Anfang seiner Kette, legt koschuso mit der Eigentümer-Rolle an, sobald sie es einmal öffnet.
SELECT count(*) = 1 AS there FROM :"schema".office WHERE office = :'buero'
\gset
\if :there
\else
    \echo 'Das Büro gibt es noch nicht: bitte zuerst einmal mit der Eigentümer-Rolle öffnen (koschuso init …).'
    SELECT 1 / 0 AS das_buero_fehlt;
\endif

GRANT USAGE ON SCHEMA :"schema" TO :"rolle", :"auswertung";
GRANT SELECT ON :"schema".format, :"schema".access TO :"rolle", :"auswertung";

GRANT SELECT, UPDATE (seq, link) ON :"schema".office TO :"rolle";
GRANT SELECT, INSERT, DELETE ON :"schema".record TO :"rolle";
GRANT SELECT, INSERT, UPDATE (body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place)
    ON :"schema".past TO :"rolle";
GRANT EXECUTE ON FUNCTION :"schema".wipe(double precision) TO :"rolle";
-- Diese beiden tun nur, was die Rolle auch selbst darf: Sie laufen mit ihren Rechten.
GRANT EXECUTE ON FUNCTION :"schema".enter(text, text, text, text), :"schema".save(
    text, text, text, bigint, text, bigint, bigint, text, text, bytea, text, text, text, text, text, text, boolean, text)
    TO :"rolle";

GRANT SELECT ON :"schema".record, :"schema".document TO :"auswertung";

INSERT INTO :"schema".access (role, office) VALUES (:'rolle', :'buero'), (:'auswertung', :'buero')
ON CONFLICT DO NOTHING;

COMMIT;
