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
    digest TEXT NOT NULL,
    link TEXT NOT NULL,
    body TEXT,
    ix_type TEXT,
    ix_subject TEXT,
    ix_object TEXT,
    ix_begin TEXT,
    ix_end TEXT,
    ix_place TEXT
) STRICT;
INSERT INTO "past" VALUES(1,'person','a','put',1767268800000000,NULL,'9a6f5073d610cbb40864cd9d1817ff1e','86cc399d2329d00ad720cc8b436841a9','{"schema":1,"name":"a"}',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "past" VALUES(2,'person','b','put',1767272400000000,NULL,'cc64e813a53e05d8ad0dfd4606ec02cb','03ac2f18d3e26f5ec37fdfd154af7197',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    operation TEXT NOT NULL,
    at INTEGER NOT NULL,
    previous INTEGER,
    digest TEXT NOT NULL,
    link TEXT NOT NULL,
    body TEXT,
    ix_type TEXT,
    ix_subject TEXT,
    ix_object TEXT,
    ix_begin TEXT,
    ix_end TEXT,
    ix_place TEXT,
    UNIQUE (kind, id)
) STRICT;
INSERT INTO "record" VALUES(3,'person','a','put',1767276000000000,1,'922452c5f0605bf33f17bf588f37dd91','393741c43555f919246d159f197bb48c','{"schema":1,"name":"Träger 2"}','traeger',NULL,NULL,'2025-08-27',NULL,'05974040');
INSERT INTO "record" VALUES(4,'person','c','put',1767279600000000,NULL,'0e4d803ee0bd900b351ab71c68d34d1f','a4bb092d31eed6cb89d271fd2a5ab3d7','{"schema":1,"name":"c"}',NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "record" VALUES(5,'person','b','remove',1767283200000000,2,'','9ed66aef848e72cbce1f746629098f41',NULL,NULL,NULL,NULL,NULL,NULL,NULL);
CREATE INDEX record_subject ON record (ix_subject) WHERE ix_subject IS NOT NULL;
CREATE INDEX record_object ON record (ix_object) WHERE ix_object IS NOT NULL;
