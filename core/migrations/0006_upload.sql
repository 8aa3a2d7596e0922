-- SPDX-License-Identifier: GPL-3.0-or-later
-- Files on their way into the archive. `received` counts durable bytes of staging/uploads/<uid>; whatever lies there beyond them was
-- never acknowledged. A row that is no longer receiving has its digest.
CREATE TABLE upload (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    actor {text} NOT NULL,
    name {text} NOT NULL,
    batch {text},
    size {int} NOT NULL CHECK (size >= 0),
    received {int} NOT NULL DEFAULT 0,
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    dossier_id {int} REFERENCES dossier (id),
    keep_duplicate {int} NOT NULL DEFAULT 0 CHECK (keep_duplicate IN (0, 1)),
    state {text} NOT NULL CHECK (state IN ('receiving', 'waiting', 'reading', 'done', 'failed')),
    sha256 {text} CHECK (length(sha256) = 64),
    outcome {text} CHECK (outcome IN ('accepted', 'duplicate', 'without_text', 'failed')),
    cause {text},
    error_code {text},
    document_id {int} REFERENCES document (id),
    duplicate_of {text},
    documents {int} NOT NULL DEFAULT 0,
    is_container {int} NOT NULL DEFAULT 0 CHECK (is_container IN (0, 1)),
    -- The job that takes it in, and its place among the job's sources: what a resumed job finds again.
    job_id {int} REFERENCES job (id),
    job_source {int},
    -- The last row of index_outbox when it was done: once that is applied the search finds what it gave.
    outbox_seq {int},
    created_at {int} NOT NULL,
    updated_at {int} NOT NULL,
    expires_at {int} NOT NULL,
    revision {int} NOT NULL DEFAULT 1,
    CHECK (received BETWEEN 0 AND size),
    CHECK (state = 'receiving' OR (received = size AND sha256 IS NOT NULL)),
    CHECK ((state IN ('done', 'failed')) = (outcome IS NOT NULL)),
    CHECK ((job_id IS NULL) = (job_source IS NULL))
) {table};
CREATE INDEX upload_actor ON upload (actor, id);
CREATE INDEX upload_state ON upload (actor, state);
CREATE INDEX upload_batch ON upload (actor, batch, id) WHERE batch IS NOT NULL;
CREATE INDEX upload_open ON upload (state, id) WHERE state IN ('receiving', 'waiting', 'reading');
CREATE INDEX upload_expiry ON upload (expires_at);
CREATE INDEX upload_job ON upload (job_id, job_source) WHERE job_id IS NOT NULL;
CREATE INDEX upload_document ON upload (document_id) WHERE document_id IS NOT NULL;

-- A request that came twice is done once. Keys are a person's own; what was asked is kept as its hash.
CREATE TABLE repeat_key (
    actor {text} NOT NULL,
    repeat_key {text} NOT NULL,
    request_hash {text} NOT NULL,
    object {text} NOT NULL,
    created_at {int} NOT NULL,
    PRIMARY KEY (actor, repeat_key)
) {table};
CREATE INDEX repeat_key_age ON repeat_key (created_at);

-- How many documents and dossiers each unit has in each band and on each need-to-know list (0: on none): kept by the functions that make them, so that the first page costs the
-- same with a million as with one. `verify` counts them again.
CREATE TABLE record_count (
    record {text} NOT NULL CHECK (record IN ('document', 'dossier')),
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    unit_id {int} NOT NULL REFERENCES unit (id),
    reader_list_id {int} NOT NULL DEFAULT 0,
    records {int} NOT NULL CHECK (records >= 0),
    PRIMARY KEY (record, secrecy, unit_id, reader_list_id)
) {table};

INSERT INTO setting (name, value) VALUES ('upload.keep_days', '7'), ('repeat_key.keep_hours', '24');
