-- Written once by koschuso-postgres 0.1 (koschuso.testing.write_golden, pg_dump); never changed.
SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SET check_function_bodies = false;
SET client_min_messages = warning;
SET row_security = off;

CREATE SCHEMA koschuso_golden;

CREATE FUNCTION koschuso_golden.as_jsonb(body text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE STRICT
    AS $$
    BEGIN
        RETURN body::jsonb;
    EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
        RETURN NULL;
    END
    $$;

CREATE FUNCTION koschuso_golden.wipe(patience double precision) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'pg_temp'
    AS $$
    BEGIN
        LOCK TABLE "koschuso_golden".office IN EXCLUSIVE MODE;
        LOOP
            BEGIN
                LOCK TABLE "koschuso_golden".record, "koschuso_golden".past IN ACCESS EXCLUSIVE MODE NOWAIT;
                EXIT;
            EXCEPTION WHEN lock_not_available THEN
                IF clock_timestamp() > statement_timestamp() + make_interval(secs => patience) THEN
                    RAISE;
                END IF;
            END;
            PERFORM pg_sleep(0.02);
        END LOOP;
        CLUSTER VERBOSE "koschuso_golden".record USING record_seq;
        CLUSTER VERBOSE "koschuso_golden".past USING past_pkey;
    END
    $$;

SET default_tablespace = '';

SET default_table_access_method = heap;

CREATE TABLE koschuso_golden.access (
    role name NOT NULL,
    office text NOT NULL COLLATE pg_catalog."C"
);

CREATE TABLE koschuso_golden.record (
    office text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    operation text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    previous bigint,
    digest text NOT NULL COLLATE pg_catalog."C",
    link text NOT NULL COLLATE pg_catalog."C",
    body text COLLATE pg_catalog."C",
    ix_type text COLLATE pg_catalog."C",
    ix_subject text COLLATE pg_catalog."C",
    ix_object text COLLATE pg_catalog."C",
    ix_begin text COLLATE pg_catalog."C",
    ix_end text COLLATE pg_catalog."C",
    ix_place text COLLATE pg_catalog."C"
);

CREATE VIEW koschuso_golden.document WITH (security_invoker='true') AS
 SELECT record.office,
    record.kind,
    record.id,
    record.seq,
    to_timestamp((((record.at)::numeric / 1000000.0))::double precision) AS changed_at,
    record.ix_type AS type,
    record.ix_subject AS subject,
    record.ix_object AS object,
    record.ix_begin AS begin,
    record.ix_end AS "end",
    record.ix_place AS place,
    koschuso_golden.as_jsonb(record.body) AS data
   FROM koschuso_golden.record
  WHERE (record.body IS NOT NULL);

CREATE TABLE koschuso_golden.format (
    program text NOT NULL,
    version integer NOT NULL
);

CREATE TABLE koschuso_golden.office (
    office text NOT NULL COLLATE pg_catalog."C",
    store text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    link text NOT NULL COLLATE pg_catalog."C"
)
WITH (fillfactor='10');

CREATE TABLE koschuso_golden.past (
    office text NOT NULL COLLATE pg_catalog."C",
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    seq bigint NOT NULL,
    operation text NOT NULL COLLATE pg_catalog."C",
    at bigint NOT NULL,
    previous bigint,
    digest text NOT NULL COLLATE pg_catalog."C",
    link text NOT NULL COLLATE pg_catalog."C",
    body text COLLATE pg_catalog."C",
    ix_type text COLLATE pg_catalog."C",
    ix_subject text COLLATE pg_catalog."C",
    ix_object text COLLATE pg_catalog."C",
    ix_begin text COLLATE pg_catalog."C",
    ix_end text COLLATE pg_catalog."C",
    ix_place text COLLATE pg_catalog."C"
);

COPY koschuso_golden.access (role, office) FROM stdin;
\.

COPY koschuso_golden.format (program, version) FROM stdin;
koschuso	1
\.

COPY koschuso_golden.office (office, store, seq, link) FROM stdin;
soest	e44453452cadfecb	5	e4ac78e25f9377b1f33fd36e8ee712cd
\.

COPY koschuso_golden.past (office, kind, id, seq, operation, at, previous, digest, link, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place) FROM stdin;
soest	person	a	1	put	1767268800000000	\N	9a6f5073d610cbb40864cd9d1817ff1e	fe34333ba16dffce9d57029c8abb56ae	{"schema":1,"name":"a"}	\N	\N	\N	\N	\N	\N
soest	person	b	2	put	1767272400000000	\N	cc64e813a53e05d8ad0dfd4606ec02cb	ddf37909179175faba193b1c4894111f	\N	\N	\N	\N	\N	\N	\N
\.

COPY koschuso_golden.record (office, kind, id, seq, operation, at, previous, digest, link, body, ix_type, ix_subject, ix_object, ix_begin, ix_end, ix_place) FROM stdin;
soest	person	a	3	put	1767276000000000	1	922452c5f0605bf33f17bf588f37dd91	14ce7353ae0025e4d36b65532d7fb55e	{"schema":1,"name":"Träger 2"}	traeger	\N	\N	2025-08-27	\N	05974040
soest	person	c	4	put	1767279600000000	\N	0e4d803ee0bd900b351ab71c68d34d1f	33aed81d1cb1a23f618a6691d969ff0a	{"schema":1,"name":"c"}	\N	\N	\N	\N	\N	\N
soest	person	b	5	remove	1767283200000000	2		e4ac78e25f9377b1f33fd36e8ee712cd	\N	\N	\N	\N	\N	\N	\N
\.

ALTER TABLE ONLY koschuso_golden.access
    ADD CONSTRAINT access_pkey PRIMARY KEY (role, office);

ALTER TABLE ONLY koschuso_golden.office
    ADD CONSTRAINT office_pkey PRIMARY KEY (office);

ALTER TABLE ONLY koschuso_golden.past
    ADD CONSTRAINT past_pkey PRIMARY KEY (office, seq);

ALTER TABLE ONLY koschuso_golden.record
    ADD CONSTRAINT record_pkey PRIMARY KEY (office, kind, id);

CREATE INDEX past_key ON koschuso_golden.past USING btree (office, kind, id);

CREATE INDEX record_object ON koschuso_golden.record USING btree (office, kind, ix_object) WHERE (ix_object IS NOT NULL);

CREATE UNIQUE INDEX record_seq ON koschuso_golden.record USING btree (office, seq);

CREATE INDEX record_subject ON koschuso_golden.record USING btree (office, kind, ix_subject) WHERE (ix_subject IS NOT NULL);

ALTER TABLE koschuso_golden.access ENABLE ROW LEVEL SECURITY;

ALTER TABLE koschuso_golden.office ENABLE ROW LEVEL SECURITY;

CREATE POLICY own_entries ON koschuso_golden.access USING ((role = CURRENT_USER));

CREATE POLICY own_offices ON koschuso_golden.office USING ((office = ANY (ARRAY( SELECT a.office
   FROM koschuso_golden.access a
  WHERE (a.role = CURRENT_USER)))));

CREATE POLICY own_offices ON koschuso_golden.past USING ((office = ANY (ARRAY( SELECT a.office
   FROM koschuso_golden.access a
  WHERE (a.role = CURRENT_USER)))));

CREATE POLICY own_offices ON koschuso_golden.record USING ((office = ANY (ARRAY( SELECT a.office
   FROM koschuso_golden.access a
  WHERE (a.role = CURRENT_USER)))));

ALTER TABLE koschuso_golden.past ENABLE ROW LEVEL SECURITY;

ALTER TABLE koschuso_golden.record ENABLE ROW LEVEL SECURITY;

REVOKE ALL ON FUNCTION koschuso_golden.wipe(patience double precision) FROM PUBLIC;
