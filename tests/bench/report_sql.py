"""The peer of the Tätigkeitsbericht: its figures in hand-written SQL, on the tables of the very same SQLite file.

Each kind of record is taken apart once into a temporary table, only those of the two years that the report is about, and
summed up from there. It knows what the report knows of the field: contacts with several topics, heads without names, the
place where somebody worked on the day of an event, people who left, vacancies, sittings that are no events. It leaves out
what costs nobody anything: the plan for the next year, surveys, concepts and the months of funding. Of clocks abroad,
changed clocks and own keys of a municipality it knows nothing; the measured office has none.
"""

# ruff: noqa: S608 - known texts are put together, values are parameters

from __future__ import annotations

import sqlite3

__all__ = ["figures"]

_TABLES = """
CREATE TEMP TABLE place AS
SELECT one.id, one.ix_type AS type, one.ix_place AS ags, one.ix_type IN ('schule', 'teilstandort') AS is_school,
    coalesce(json_extract(one.body, '$.school.schulform'), json_extract(main.body, '$.school.schulform'), '') AS schulform,
    coalesce(main.id, one.id) AS main,
    coalesce(json_extract(one.body, '$.school.status'), json_extract(main.body, '$.school.status'), '') AS status
FROM record one LEFT JOIN record main
    ON one.ix_type = 'teilstandort' AND main.kind = 'organisation' AND main.id = one.ix_subject
WHERE one.kind = 'organisation' AND one.body IS NOT NULL;
CREATE UNIQUE INDEX temp.place_id ON place (id);

CREATE TEMP TABLE post AS
SELECT id, json_extract(body, '$.employer_id') AS employer, json_extract(body, '$.holder_id') AS holder,
    json_extract(body, '$.occupancy') AS occupancy, json_extract(body, '$.saeule') AS saeule,
    coalesce(json_extract(body, '$.is_coordination'), 0) AS coordination,
    coalesce(ix_begin, '') AS since, coalesce(ix_end, '9') AS until
FROM record WHERE kind = 'position' AND body IS NOT NULL;
CREATE UNIQUE INDEX temp.post_id ON post (id);

CREATE TEMP TABLE stay AS
SELECT record.ix_subject AS post, record.ix_type AS duty, place.id AS place, place.is_school, place.schulform, place.ags,
    place.main, place.status, coalesce(record.ix_begin, '') AS since, coalesce(record.ix_end, '9') AS until,
    CAST(json_extract(record.body, '$.workload.minutes') AS REAL) / json_extract(record.body, '$.workload.full_time_minutes')
        AS vzae
FROM record JOIN place ON place.id = record.ix_object WHERE record.kind = 'assignment' AND record.body IS NOT NULL;

CREATE TEMP TABLE worked_at AS
SELECT post.holder, stay.schulform, max(post.since, stay.since) AS since, min(post.until, stay.until) AS until
FROM post JOIN stay ON stay.post = post.id WHERE post.holder IS NOT NULL AND stay.is_school;
CREATE INDEX temp.worked_at_holder ON worked_at (holder);

CREATE TEMP TABLE coordinator AS
SELECT DISTINCT record.id FROM record, json_each(record.body, '$.functions') held
WHERE record.kind = 'person' AND json_extract(held.value, '$.function') = 'koordination';

CREATE TEMP TABLE contact AS
SELECT record.ix_begin >= :since AS now, record.ix_type AS target_group, json_extract(record.body, '$.form') AS form,
    json_extract(record.body, '$.topics') AS topics, json_extract(record.body, '$.minutes') AS minutes,
    coalesce(json_extract(record.body, '$.count'), 1) AS number,
    coalesce(nullif(json_extract(record.body, '$.schulform'), ''), iif(place.is_school, place.schulform, ''), '') AS schulform,
    coalesce(record.ix_place, place.ags, '') AS ags,
    coalesce(json_extract(record.body, '$.follow_up'), 0) AS follow_up,
    json_extract(record.body, '$.referred_to') IS NOT NULL AS referred
FROM record LEFT JOIN place ON place.id = record.ix_subject
WHERE record.kind = 'consultation' AND record.body IS NOT NULL AND record.ix_begin >= :before AND record.ix_begin < :until;

CREATE TEMP TABLE occasion AS
SELECT id, ix_begin >= :since AS now, date(ix_begin) AS day, coalesce(ix_type, '') AS type,
    json_extract(body, '$.status') AS status, json_extract(body, '$.taetigkeit') AS taetigkeit,
    json_extract(body, '$.topics') IS NULL AS topicless, coalesce(ix_object, '') AS committee,
    ix_type = 'gremiensitzung' OR ix_object IS NOT NULL AS sitting,
    json_extract(body, '$.partner_ids') AS partners, json_extract(body, '$.organiser_ids') AS organisers,
    json_extract(body, '$.speaker_ids') AS speakers,
    coalesce(CAST(round(json_extract(body, '$.certificate_hours') * 60) AS INTEGER),
        iif(json_extract(body, '$.span.all_day'), NULL, (strftime('%s', ix_end) - strftime('%s', ix_begin)) / 60)) AS minutes
FROM record WHERE kind = 'event' AND body IS NOT NULL AND ix_begin >= :before AND ix_begin < :until;
CREATE TEMP TABLE held AS SELECT * FROM occasion WHERE status IN ('durchgefuehrt', 'nachbereitet');
CREATE UNIQUE INDEX temp.held_id ON held (id);
DELETE FROM occasion WHERE status IN ('durchgefuehrt', 'nachbereitet');

CREATE TEMP TABLE guest AS
SELECT held.now, held.id AS event, held.type, held.day, held.sitting, held.minutes AS event_minutes, one.ix_type AS status,
    json_extract(one.body, '$.role') AS role, json_extract(one.body, '$.organisation_id') AS organisation,
    coalesce(one.ix_object, '') AS person, json_extract(one.body, '$.name') AS name,
    json_extract(one.body, '$.email') AS email, CAST(json_extract(one.body, '$.hours') * 60 AS INTEGER) AS minutes,
    json_extract(one.body, '$.headcounts') AS headcounts
FROM record one JOIN held ON held.id = one.ix_subject WHERE one.kind = 'participation' AND one.body IS NOT NULL;

CREATE TEMP TABLE visit AS
SELECT guest.now, guest.event, guest.type, guest.person, coalesce(json_extract(heads.value, '$.count'), 1) AS number,
    CASE WHEN guest.person <> '' THEN 'person ' || guest.person
        WHEN guest.name IS NOT NULL OR guest.email IS NOT NULL
        THEN 'name ' || lower(coalesce(guest.name, '')) || ' ' || lower(coalesce(guest.email, '')) END AS who,
    coalesce(guest.minutes, guest.event_minutes) AS minutes,
    CASE WHEN heads.value IS NOT NULL THEN coalesce(json_extract(heads.value, '$.schulform'), '')
        WHEN place.is_school THEN place.schulform
        ELSE (SELECT CASE count(DISTINCT schulform) WHEN 0 THEN '' WHEN 1 THEN min(schulform) ELSE '*' END FROM worked_at
            WHERE worked_at.holder = guest.person AND worked_at.since <= guest.day AND worked_at.until > guest.day
            AND schulform <> '') END AS schulform
FROM guest LEFT JOIN place ON place.id = guest.organisation LEFT JOIN json_each(guest.headcounts) heads
WHERE NOT guest.sitting AND guest.status IN ('teilgenommen', 'teilweise') AND guest.role IN ('teilnehmend', 'gast');

CREATE TEMP TABLE contributed AS
SELECT DISTINCT held.id FROM held, json_each(held.speakers) speaker WHERE speaker.value IN (SELECT id FROM coordinator)
UNION SELECT event FROM guest WHERE role IN ('referent', 'moderation')
    AND status NOT IN ('abgemeldet', 'vertreten', 'unentschuldigt')
    AND (person IN (SELECT id FROM coordinator) OR organisation = :office);

CREATE TEMP TABLE work AS
SELECT record.ix_begin >= :since AS now, record.ix_type AS taetigkeit, json_extract(record.body, '$.reach') AS reach,
    json_extract(record.body, '$.subject.kind') AS subject_kind, record.ix_subject AS subject, count(*) AS entries,
    sum(json_extract(record.body, '$.minutes')) AS minutes
FROM record WHERE kind = 'activity' AND body IS NOT NULL AND ix_begin >= :before AND ix_begin < :until
GROUP BY 1, 2, 3, 4, 5;

CREATE TEMP TABLE partner AS
SELECT DISTINCT held.id AS event, held.now, place.type FROM held, json_each(held.partners) one JOIN place ON place.id = one.value
WHERE one.value <> :office
UNION SELECT held.id, held.now, place.type FROM held, json_each(held.organisers) one JOIN place ON place.id = one.value
WHERE one.value <> :office;

CREATE TEMP TABLE subject_event AS
SELECT record.id, coalesce(record.ix_object, '') AS committee FROM record
WHERE record.kind = 'event' AND record.id IN (SELECT subject FROM work WHERE subject_kind = 'event');
CREATE UNIQUE INDEX temp.subject_event_id ON subject_event (id);
CREATE TEMP TABLE subject_partner AS
SELECT record.id AS event, place.type FROM record, json_each(record.body, '$.partner_ids') one JOIN place ON place.id = one.value
WHERE record.kind = 'event' AND record.id IN (SELECT id FROM subject_event) AND one.value <> :office
UNION SELECT record.id, place.type FROM record, json_each(record.body, '$.organiser_ids') one JOIN place ON place.id = one.value
WHERE record.kind = 'event' AND record.id IN (SELECT id FROM subject_event) AND one.value <> :office;
CREATE INDEX temp.subject_partner_event ON subject_partner (event);

CREATE TEMP TABLE networking AS
SELECT work.now, work.taetigkeit, work.entries, work.minutes,
    CASE work.subject_kind WHEN 'committee' THEN work.subject WHEN 'event' THEN subject_event.committee ELSE '' END AS committee,
    CASE WHEN work.subject_kind = 'committee' OR subject_event.committee <> '' THEN 'gremium'
        WHEN work.subject_kind = 'organisation' THEN place.type
        WHEN work.subject_kind = 'event' THEN (SELECT CASE count(*) WHEN 0 THEN '' WHEN 1 THEN min(type) ELSE '*' END
            FROM subject_partner WHERE event = work.subject) ELSE '' END AS partner,
    coalesce(work.reach, CASE WHEN work.taetigkeit GLOB 'vernetzung.intern*' THEN 'innerhalb'
        WHEN work.taetigkeit GLOB 'vernetzung.extern*' THEN 'ausserhalb'
        WHEN place.ags IS NULL THEN '' WHEN place.ags GLOB :prefix || '*' THEN 'innerhalb' ELSE 'ausserhalb' END) AS reach,
    committee.ix_type AS committee_type
FROM work LEFT JOIN subject_event ON work.subject_kind = 'event' AND subject_event.id = work.subject
    LEFT JOIN place ON work.subject_kind = 'organisation' AND place.id = work.subject
    LEFT JOIN record committee ON committee.kind = 'committee' AND committee.id =
        CASE work.subject_kind WHEN 'committee' THEN work.subject WHEN 'event' THEN subject_event.committee END
WHERE work.taetigkeit = 'vernetzung' OR work.taetigkeit GLOB 'vernetzung.*';

CREATE TEMP TABLE day_stay AS
SELECT post.*, stay.schulform, stay.ags, stay.main, stay.vzae, stay.duty FROM stay JOIN post ON post.id = stay.post
WHERE stay.since <= :day AND stay.until > :day AND post.since <= :day AND post.until > :day
    AND stay.is_school AND stay.ags GLOB :prefix || '*' AND stay.duty = 'schulsozialarbeit';

CREATE TEMP TABLE year_stay AS
SELECT post.id, post.holder, post.occupancy, stay.schulform FROM stay JOIN post ON post.id = stay.post
WHERE stay.since < :until AND stay.until > :since AND post.since < :until AND post.until > :since
    AND stay.duty = 'schulsozialarbeit' AND NOT (post.coordination AND NOT stay.is_school);
"""

_SPLIT = (
    "sum(iif(reach = 'innerhalb', entries, 0)), sum(iif(reach = 'ausserhalb', entries, 0)), sum(entries), sum(minutes)"
)
_CONTACTS = "taetigkeit NOT IN ('vernetzung.information', 'vernetzung.oeffentlichkeit')"
_HEADS = "count(DISTINCT holder) + count(DISTINCT iif(holder IS NULL AND occupancy = 'besetzt', id, NULL))"

_FIGURES = {
    "beratung": "SELECT now, sum(number), sum(iif(minutes IS NULL, number, 0)), sum(minutes), sum(number * follow_up), "
    "sum(number * referred), sum(iif(topics IS NULL, number, 0)), sum(iif(schulform = '', number, 0)), "
    "sum(iif(ags = '', number, 0)) FROM contact GROUP BY now",
    "gruppe_form": "SELECT target_group, form, sum(number) FROM contact WHERE now GROUP BY 1, 2",
    "gruppe": "SELECT target_group, sum(number) FROM contact WHERE now GROUP BY 1",
    "thema_gruppe": "SELECT topic, target_group, sum(number) FROM (SELECT DISTINCT contact.rowid, coalesce(topic.value, '') AS "
    "topic, target_group, number FROM contact LEFT JOIN json_each(contact.topics) topic WHERE now) GROUP BY 1, 2",
    "stand": "SELECT now, sum(status = 'abgesagt'), sum(status = 'verschoben'), "
    "sum(status NOT IN ('abgesagt', 'verschoben', 'verworfen', 'idee')) FROM occasion GROUP BY now",
    "veranstaltungen": "SELECT now, count(*), sum(minutes), sum(minutes IS NULL), sum(topicless) FROM held WHERE NOT sitting "
    "GROUP BY now",
    "art": "SELECT type, count(*), sum(minutes) FROM held WHERE now AND NOT sitting GROUP BY type",
    "vermerkt": "SELECT held.type, count(DISTINCT held.id) FROM held JOIN guest ON guest.event = held.id WHERE held.now AND "
    "NOT held.sitting AND guest.role IN ('teilnehmend', 'gast') AND guest.status IN ('teilgenommen', 'teilweise', "
    "'unentschuldigt') GROUP BY 1",
    "offen": "SELECT now, sum(coalesce((SELECT sum(json_extract(value, '$.count')) FROM json_each(headcounts)), 1)) FROM guest "
    "WHERE NOT sitting AND role IN ('teilnehmend', 'gast') AND status IN ('angemeldet', 'nachgerueckt') GROUP BY now",
    "teilnahmen": "SELECT now, sum(number), count(DISTINCT who), sum(iif(who IS NULL, number, 0)), sum(number * minutes) "
    "FROM visit GROUP BY now",
    "teilnahmen_art": "SELECT type, sum(number), sum(number * minutes) FROM visit WHERE now GROUP BY type",
    "teilnahmen_schulform": "SELECT schulform, sum(number) FROM visit WHERE now GROUP BY schulform",
    "reichweite": f"SELECT schulform, {_HEADS}, count(DISTINCT iif(holder IN (SELECT person FROM visit WHERE now), holder, "
    "NULL)) FROM year_stay GROUP BY schulform",
    "reichweite_alle": f"SELECT {_HEADS}, count(DISTINCT iif(holder IN (SELECT person FROM visit WHERE now), holder, NULL)) "
    "FROM year_stay",
    "schwerpunkte": "SELECT now, substr(taetigkeit, 1, instr(taetigkeit || '.', '.') - 1), sum(entries), sum(minutes) FROM work "
    "GROUP BY 1, 2",
    "schwerpunkte_dauer": "SELECT substr(taetigkeit, 1, instr(taetigkeit || '.', '.') - 1), count(*), sum(minutes) FROM held "
    "WHERE now GROUP BY 1",
    "sitzungen": "SELECT committee, sum(now), sum(NOT now), sum(now AND id IN (SELECT id FROM contributed)) FROM held "
    "WHERE sitting GROUP BY committee",
    "gremienzeit": "SELECT CASE subject_kind WHEN 'committee' THEN subject ELSE (SELECT committee FROM subject_event WHERE id = "
    "subject) END AS one, sum(minutes) FROM work WHERE now AND subject_kind IN ('committee', 'event') GROUP BY 1 "
    "HAVING one <> ''",
    "kontakte": f"SELECT now, {_SPLIT} FROM networking WHERE {_CONTACTS} GROUP BY now",
    "kontakte_partner": f"SELECT partner, {_SPLIT} FROM networking WHERE now AND {_CONTACTS} GROUP BY partner",
    "gemeinsam": "SELECT type, count(*) FROM partner WHERE now GROUP BY type",
    "ak_nrw": "SELECT (SELECT count(*) FROM held JOIN record ON record.kind = 'committee' AND record.id = held.committee "
    f"WHERE held.now AND record.ix_type = 'ak_nrw'), sum(entries), sum(minutes) FROM networking WHERE now AND {_CONTACTS} "
    "AND (committee_type = 'ak_nrw' OR taetigkeit GLOB 'vernetzung.extern.ak_nrw*')",
    "gemeinden": "SELECT ix_place, coalesce(json_extract(body, '$.short_name'), json_extract(body, '$.name')) FROM record "
    "WHERE kind = 'organisation' AND ix_type IN ('gemeinde', 'kreisfreie_stadt')",
    "vzae": "SELECT schulform, saeule, sum(vzae) FROM day_stay GROUP BY 1, 2",
    "vzae_ort": "SELECT ags, saeule, sum(vzae) FROM day_stay GROUP BY 1, 2",
    "stellen": f"SELECT sum(vzae), sum(iif(occupancy = 'vakant', vzae, 0)), {_HEADS}, count(DISTINCT main), sum(vzae IS NULL) "
    "FROM day_stay",
    "stellen_ort": f"SELECT ags, sum(vzae), {_HEADS}, count(DISTINCT main) FROM day_stay GROUP BY ags",
}


def figures(path, year, *, prefix, office):
    """All figures of a Kalenderjahr, by name: the rows of each query.

    Args:
        path: The SQLite file.
        year: The Kalenderjahr; its records of the year before are read for the comparison.
        prefix: What the keys of the region's municipalities begin with.
        office: Id of the office's organisation.
    """
    given = {
        "before": f"{year - 1}-01-01",
        "since": f"{year}-01-01",
        "until": f"{year + 1}-01-01",
        "day": f"{year}-12-31",
        "prefix": prefix,
        "office": office,
    }
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        connection.execute("PRAGMA temp_store = MEMORY")
        for statement in _TABLES.split(";\n"):
            if statement.strip():
                connection.execute(statement, given)
        return {name: connection.execute(statement, given).fetchall() for name, statement in _FIGURES.items()}
    finally:
        connection.close()
