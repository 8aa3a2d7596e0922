-- SPDX-License-Identifier: GPL-3.0-or-later
-- The catalogue: meaning of every byte in objects/. Type words {key} {int} {bytes} {text} and {table} are mapped per engine by
-- core/db/migrate (decisions.md, "Catalogue"). Days are yyyymmdd in …_on, instants UTC milliseconds in …_at.

CREATE TABLE unit (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    code {text} NOT NULL UNIQUE,
    title {text} NOT NULL,
    parent_id {int} REFERENCES unit (id),
    opened_on {int},
    closed_on {int},
    -- 1: who has rights in the unit and not the clearance may know that there are records he is not shown.
    tells_hidden {int} NOT NULL DEFAULT 0 CHECK (tells_hidden IN (0, 1)),
    revision {int} NOT NULL DEFAULT 1
) {table};

-- A person, or a machine, who may act here.
CREATE TABLE account (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    name {text} NOT NULL,
    -- The fold of the name: names that people take for one are one.
    name_key {text} NOT NULL UNIQUE,
    full_name {text} NOT NULL,
    -- Where he works; what he may do there and elsewhere, role_grant tells.
    unit_id {int} REFERENCES unit (id),
    clearance {int} NOT NULL CHECK (clearance BETWEEN 0 AND 3),
    disabled {int} NOT NULL DEFAULT 0 CHECK (disabled IN (0, 1)),
    -- argon2id with its salt and cost. NULL: cannot sign in with a password.
    password_hash {text} CHECK (password_hash LIKE '$argon2id$%'),
    -- The last sign-in and what was refused since: shown to the person, who alone can tell that it was not him.
    signed_in_at {int},
    signed_in_from {text},
    failures {int} NOT NULL DEFAULT 0,
    revision {int} NOT NULL DEFAULT 1
) {table};

CREATE TABLE dossier (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    unit_id {int} NOT NULL REFERENCES unit (id),
    year {int} NOT NULL,
    code {text} NOT NULL,
    title {text} NOT NULL,
    -- The highest of its own grade and those of its documents: it goes up with them, and down again.
    secrecy {int} NOT NULL DEFAULT 0 CHECK (secrecy BETWEEN 0 AND 3),
    own_secrecy {int} NOT NULL DEFAULT 0 CHECK (own_secrecy BETWEEN 0 AND 3),
    opened_on {int},
    closed_on {int},
    revision {int} NOT NULL DEFAULT 1,
    CHECK (secrecy >= own_secrecy),
    -- A dossier code is unique per unit and year; UNIT/YEAR/CODE always names one.
    UNIQUE (unit_id, year, code)
) {table};

-- danh sách người được biết: what is put on it is known to the people of table reader_entry alone (0013_reader_list.sql). The grade is
-- that of its title.
CREATE TABLE reader_list (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    unit_id {int} NOT NULL REFERENCES unit (id),
    title {text} NOT NULL,
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    made_at {int} NOT NULL,
    made_by {text} NOT NULL
) {table};

CREATE TABLE document (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    unit_id {int} NOT NULL REFERENCES unit (id),
    dossier_id {int} REFERENCES dossier (id),
    dossier_ordinal {int},
    kind {text},
    number {text},
    symbol {text},
    issuer {text},
    signer {text},
    issued_on {int},
    title {text} NOT NULL,
    secrecy {int} NOT NULL DEFAULT 0 CHECK (secrecy BETWEEN 0 AND 3),
    -- Known to the people of this list alone.
    reader_list_id {int} REFERENCES reader_list (id),
    -- chế độ sử dụng, by the codes of TT 05/2025: 1 công khai, 2 có điều kiện, 3 mật. No second grade: who is let in here, grade
    -- and rights decide; this is for readers from outside. What has a grade is mật, and nothing else is; what nobody has
    -- decided on is có điều kiện (deny by default).
    use_mode {int} NOT NULL DEFAULT 2 CHECK (use_mode BETWEEN 1 AND 3),
    source_path {text},
    created_at {int} NOT NULL,
    created_by {text} NOT NULL,
    revision {int} NOT NULL DEFAULT 1,
    CHECK ((secrecy > 0) = (use_mode = 3))
) {table};
-- Partial where most documents have no value: each index costs every registration a page of the log.
CREATE UNIQUE INDEX document_place ON document (dossier_id, dossier_ordinal) WHERE dossier_id IS NOT NULL;
CREATE INDEX document_number ON document (number, symbol) WHERE number IS NOT NULL;
CREATE INDEX document_secrecy ON document (secrecy, id);
CREATE INDEX document_reader_list ON document (reader_list_id, id) WHERE reader_list_id IS NOT NULL;

-- Bytes under objects/<band>/; kept once per band, whoever refers to them.
CREATE TABLE object (
    id {key} PRIMARY KEY,
    band {int} NOT NULL CHECK (band BETWEEN 0 AND 3),
    hash {text} NOT NULL CHECK (length(hash) = 64),
    size {int} NOT NULL CHECK (size >= 0),
    UNIQUE (band, hash)
) {table};

CREATE TABLE file (
    id {key} PRIMARY KEY,
    document_id {int} NOT NULL REFERENCES document (id),
    ordinal {int} NOT NULL CHECK (ordinal >= 1),
    version {int} NOT NULL DEFAULT 1 CHECK (version >= 1),
    name {text} NOT NULL,
    object_id {int} NOT NULL REFERENCES object (id),
    content_hash {text} NOT NULL CHECK (length(content_hash) = 64),
    size {int} NOT NULL CHECK (size >= 0),
    media_type {text},
    format {text},
    -- 0 pending, 1 present, 2 absent: what is known of its text.
    text_state {int} NOT NULL DEFAULT 0 CHECK (text_state BETWEEN 0 AND 2),
    text_object_id {int} REFERENCES object (id),
    cause {text},
    pages {int},
    UNIQUE (document_id, ordinal, version),
    CHECK (text_state <> 1 OR text_object_id IS NOT NULL)
) {table};
CREATE INDEX file_content ON file (content_hash);
CREATE INDEX file_object ON file (object_id);
CREATE INDEX file_text_object ON file (text_object_id) WHERE text_object_id IS NOT NULL;
CREATE INDEX file_text_pending ON file (id) WHERE text_state = 0;

-- Says "look at this document again"; what to write is read from the catalogue when the row is applied.
CREATE TABLE index_outbox (
    seq {key} PRIMARY KEY,
    document_id {int} NOT NULL,
    band {int} NOT NULL CHECK (band BETWEEN 0 AND 3),
    -- 1: fewer may see it than the index of the band knows; nobody else may meet it there until the index has followed.
    leaving {int} NOT NULL DEFAULT 0 CHECK (leaving IN (0, 1))
) {table};
CREATE INDEX index_outbox_leaving ON index_outbox (document_id) WHERE leaving = 1;
-- Up to which seq the rows have been applied. They are deleted then, but for the newest: the next seq follows it.
CREATE TABLE index_outbox_closed (
    only_row {int} PRIMARY KEY CHECK (only_row = 1),
    seq {int} NOT NULL
) {table};
INSERT INTO index_outbox_closed (only_row, seq) VALUES (1, 0);

CREATE TABLE setting (
    name {text} PRIMARY KEY,
    value {text} NOT NULL
) {table};
