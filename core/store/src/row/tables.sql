DROP TABLE IF EXISTS view_row;
DROP TABLE IF EXISTS view_link;
DROP TABLE IF EXISTS view_search;
DROP TABLE IF EXISTS view_gram;
DROP TABLE IF EXISTS view_place;
DROP TABLE IF EXISTS view_boundary;
DROP TABLE IF EXISTS view_overtaken;
DROP TABLE IF EXISTS view_origin;
DROP TABLE IF EXISTS view_counted;
DROP TABLE IF EXISTS view_deleted;

-- One row for each record held or typed here that lives and is in scope.
CREATE TABLE view_row (
    id         INTEGER PRIMARY KEY,
    record     BLOB    NOT NULL UNIQUE,
    space      BLOB    NOT NULL,
    front      INTEGER NOT NULL,                -- 1: lists show it; 0: it is shown as another one of its group
    shown_as   BLOB,                            -- the front of its group, where that is another one
    kind       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    subtitle   TEXT    NOT NULL,
    status     TEXT    NOT NULL,
    flags      INTEGER NOT NULL,
    at_odds    INTEGER NOT NULL,
    sort       TEXT    NOT NULL,
    own_unit   BLOB,                            -- as the record itself says
    unit       BLOB,                            -- with what its place says
    parent     BLOB,
    inherits   INTEGER NOT NULL,                -- 1: takes its parent's unit
    changed_at INTEGER NOT NULL,
    changed_by BLOB    NOT NULL,
    lat_e7     INTEGER,
    lon_e7     INTEGER,
    found_by   INTEGER                          -- sum of what full text holds of it; NULL: nothing
);
CREATE INDEX view_row_kind ON view_row (kind, sort, record) WHERE front = 1;
CREATE INDEX view_row_unit ON view_row (unit, kind, sort, record) WHERE front = 1;
CREATE INDEX view_row_status ON view_row (kind, status, sort, record) WHERE front = 1;
CREATE INDEX view_row_parent ON view_row (parent, kind, sort, record);
CREATE INDEX view_row_at_odds ON view_row (kind, sort, record) WHERE at_odds = 1 AND front = 1;
CREATE INDEX view_row_shown_as ON view_row (shown_as) WHERE front = 0;
-- What people typed, for reviewers; households that ended, few.
CREATE INDEX view_row_typed ON view_row (kind, changed_at, record) WHERE front = 1 AND flags & 256 <> 0;
CREATE INDEX view_row_ended ON view_row (kind, unit) WHERE front = 1 AND flags & 512 <> 0;

-- What campaigns count of targets and attempts.
CREATE TABLE view_counted (
    record   BLOB    PRIMARY KEY,
    place    BLOB,
    building BLOB,
    door     TEXT,
    found    INTEGER NOT NULL,
    has_left INTEGER NOT NULL,
    raised   BLOB
) WITHOUT ROWID;

-- Records held that somebody deleted, as they were called: they stand in no list beside this one.
CREATE TABLE view_deleted (
    record     BLOB    PRIMARY KEY,
    kind       TEXT    NOT NULL,
    title      TEXT    NOT NULL,
    subtitle   TEXT    NOT NULL,
    parent     BLOB,
    deleted_by BLOB    NOT NULL,
    pos        INTEGER NOT NULL                 -- its last place in the space's order
) WITHOUT ROWID;

CREATE TABLE view_link (record BLOB NOT NULL, other BLOB NOT NULL, PRIMARY KEY (record, other)) WITHOUT ROWID;
CREATE INDEX view_link_other ON view_link (other, record);

-- Any part of three characters or more.
CREATE VIRTUAL TABLE view_search USING fts5 (text, content = '', contentless_delete = 1, tokenize = 'trigram');
-- Every part of one or two characters, and the kind.
CREATE VIRTUAL TABLE view_gram USING fts5 (
    grams, content = '', contentless_delete = 1, detail = none,
    tokenize = "unicode61 remove_diacritics 0 tokenchars '_'");

CREATE VIRTUAL TABLE view_place USING rtree_i32 (id, lat_min, lat_max, lon_min, lon_max);
-- Editions of boundaries with the days (since 1970) on which they hold.
CREATE TABLE view_boundary (
    id        INTEGER PRIMARY KEY,
    polygon   BLOB    NOT NULL,
    unit      BLOB    NOT NULL,
    from_day  INTEGER NOT NULL,
    until_day INTEGER
);
CREATE INDEX view_boundary_unit ON view_boundary (unit, from_day);

-- Steps of confirmed states that did not take effect.
CREATE TABLE view_overtaken (
    author  BLOB    NOT NULL,
    record  BLOB    NOT NULL,
    replica BLOB    NOT NULL,
    seq     INTEGER NOT NULL,
    mark    BLOB    NOT NULL,
    PRIMARY KEY (author, record, replica, seq, mark)
) WITHOUT ROWID;
CREATE INDEX view_overtaken_record ON view_overtaken (record);

-- Ids that records shown had in other spaces, before they moved here.
CREATE TABLE view_origin (old BLOB NOT NULL, record BLOB NOT NULL, PRIMARY KEY (old, record)) WITHOUT ROWID;
CREATE INDEX view_origin_record ON view_origin (record, old);
