-- SPDX-License-Identifier: GPL-3.0-or-later
-- Long work. A job has exactly one outcome (I10): NULL while it waits or runs, then set once.
CREATE TABLE job (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    kind {text} NOT NULL,
    -- What the same command would ask for again: resuming finds its unfinished job by it.
    request_key {text} NOT NULL,
    request {text} NOT NULL,
    -- Who asked, with the clearance and the scopes he had then. What else he may do is asked when the job runs.
    actor {text} NOT NULL,
    clearance {int} NOT NULL CHECK (clearance BETWEEN 0 AND 3),
    scopes {text} NOT NULL,
    -- Grade of what it handles, so that its names, counts and log are told to no one below.
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    -- 1: run by a command at a terminal; only the same command goes on with it, no runner does.
    attended {int} NOT NULL CHECK (attended IN (0, 1)),
    state {text} NOT NULL CHECK (state IN ('queued', 'running', 'finished')),
    created_at {int} NOT NULL,
    started_at {int},
    finished_at {int},
    -- Until when its holder is believed to live. Each taking raises fence, and every write of a holder names his.
    lease_until {int},
    fence {int} NOT NULL DEFAULT 0,
    -- Takings that neither came to an end nor were given back: what kills the server again and again is given up.
    attempts {int} NOT NULL DEFAULT 0,
    cancel_asked {int} NOT NULL DEFAULT 0 CHECK (cancel_asked IN (0, 1)),
    items_done {int} NOT NULL DEFAULT 0,
    items_total {int} NOT NULL DEFAULT 0,
    bytes_done {int} NOT NULL DEFAULT 0,
    bytes_total {int} NOT NULL DEFAULT 0,
    updated_at {int} NOT NULL,
    revision {int} NOT NULL DEFAULT 1,
    outcome {text} CHECK (outcome IN ('done', 'partial', 'failed', 'cancelled')),
    result {text},
    error_code {text},
    error_fields {text},
    retry_of {int} REFERENCES job (id),
    -- 0 until the asker has been told the outcome: a crash between the two makes the same request repeat it.
    reported {int} NOT NULL DEFAULT 0 CHECK (reported IN (0, 1)),
    -- Milliseconds spent by earlier runs of an interrupted job.
    spent_ms {int} NOT NULL DEFAULT 0,
    CHECK ((outcome IS NULL) = (finished_at IS NULL)),
    CHECK ((state = 'finished') = (outcome IS NOT NULL)),
    CHECK ((state = 'running') = (lease_until IS NOT NULL))
) {table};
CREATE INDEX job_unreported ON job (kind, request_key) WHERE reported = 0;
CREATE INDEX job_unfinished ON job (id) WHERE state <> 'finished';
CREATE INDEX job_actor ON job (actor, id);
CREATE INDEX job_kind ON job (kind, id);
CREATE INDEX job_red ON job (finished_at) WHERE outcome IN ('partial', 'failed');
CREATE INDEX job_retry ON job (retry_of) WHERE retry_of IS NOT NULL;

-- One file of an intake: its outcome is written in the transaction of its effect, so a resumed job repeats it without doing it again.
CREATE TABLE job_item (
    job_id {int} NOT NULL REFERENCES job (id),
    item_key {text} NOT NULL,
    -- Size and time of the source: another content under the same name is another item.
    stamp {text} NOT NULL,
    position {int} NOT NULL,
    -- Which of the request's sources it came from.
    source {int} NOT NULL DEFAULT 0,
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
CREATE INDEX job_item_position ON job_item (job_id, position);
