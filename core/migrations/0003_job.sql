-- SPDX-License-Identifier: GPL-3.0-or-later
-- Long work. A job has exactly one outcome (I10): NULL while it runs or waits to be resumed, then set once.
CREATE TABLE job (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    kind {text} NOT NULL,
    -- What the same command would ask for again: resuming finds its unfinished job by it.
    request_key {text} NOT NULL,
    request {text} NOT NULL,
    started_at {int} NOT NULL,
    finished_at {int},
    outcome {text} CHECK (outcome IN ('done', 'partial', 'failed')),
    -- 0 until the asker has been told the outcome: a crash between the two makes the same request repeat it.
    reported {int} NOT NULL DEFAULT 0 CHECK (reported IN (0, 1)),
    -- Milliseconds spent by earlier runs of an interrupted job.
    spent_ms {int} NOT NULL DEFAULT 0,
    CHECK ((outcome IS NULL) = (finished_at IS NULL))
) {table};
CREATE INDEX job_unreported ON job (kind, request_key) WHERE reported = 0;

-- One file of an intake: its outcome is written in the transaction of its effect, so a resumed job repeats it without doing it again.
CREATE TABLE job_item (
    job_id {int} NOT NULL REFERENCES job (id),
    item_key {text} NOT NULL,
    -- Size and time of the source: another content under the same name is another item.
    stamp {text} NOT NULL,
    position {int} NOT NULL,
    source_path {text} NOT NULL,
    document_id {int} REFERENCES document (id),
    duplicate_of {text},
    -- NULL: stored, its text not yet read.
    outcome {text} CHECK (outcome IN ('accepted', 'duplicate', 'without_text', 'failed')),
    cause {text},
    bytes {int} NOT NULL,
    PRIMARY KEY (job_id, item_key)
) {table};
CREATE INDEX job_item_document ON job_item (document_id);
