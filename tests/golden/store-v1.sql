-- A store of schema version 1, frozen: it must stay readable (V1). Made by the driver, then dumped; never edit.
-- Five changes: put a, put b, put a again, put c, remove b (whose content is gone).
PRAGMA application_id = 1263489841;
PRAGMA user_version = 1;
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
INSERT INTO "meta" VALUES('store','0123456789abcdef');
CREATE TABLE past (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    operation TEXT NOT NULL,
    at INTEGER NOT NULL,
    previous INTEGER,
    digest BLOB NOT NULL,
    link BLOB NOT NULL,
    body TEXT,
    ix_type TEXT,
    ix_subject TEXT,
    ix_object TEXT,
    ix_begin TEXT,
    ix_end TEXT,
    ix_place TEXT
) STRICT;
INSERT INTO "past" VALUES(1,'person','a','put',1767268800000000,NULL,X'746307C432AA035957BEB0148A093038',X'83BC2E0EAC5C63D03C118EE89AB3D26C','{"schema":1,"name":"a"}',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "past" VALUES(2,'person','b','put',1767272400000000,NULL,X'C67C149CA6D40CD0052040658BA158E2',X'22816219D63E220656DA1DE00EB9B95F',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    operation TEXT NOT NULL,
    at INTEGER NOT NULL,
    previous INTEGER,
    digest BLOB NOT NULL,
    link BLOB NOT NULL,
    body TEXT,
    ix_type TEXT,
    ix_subject TEXT,
    ix_object TEXT,
    ix_begin TEXT,
    ix_end TEXT,
    ix_place TEXT,
    UNIQUE (kind, id)
) STRICT;
INSERT INTO "record" VALUES(3,'person','a','put',1767276000000000,1,X'9A1A51DD490DA18349DFEEB12416D001',X'AFE096D1D06778597E5749D378A71A43','{"schema":1,"name":"Träger 2"}','traeger',NULL,NULL,'2025-08-27',NULL,'05974040');
INSERT INTO "record" VALUES(4,'person','c','put',1767279600000000,NULL,X'B7269B441CA1AB2A3010BD434E369252',X'D4B4635E4BD27B03DA8E9CC477E5DC32','{"schema":1,"name":"c"}',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "record" VALUES(5,'person','b','remove',1767283200000000,2,X'',X'9527836881E72CB0D7283C5B628C2F8E',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX record_subject ON record (ix_subject) WHERE ix_subject IS NOT NULL;
CREATE INDEX record_object ON record (ix_object) WHERE ix_object IS NOT NULL;
