-- SPDX-License-Identifier: GPL-3.0-or-later
-- A grade goes up at once and comes down when a second person agrees (Luật Bảo vệ bí mật nhà nước: điều chỉnh độ mật, giải mật). Rows
-- are proposals to lower, or to let more people know of what is on a need-to-know list; what was raised stands in the history alone.
CREATE TABLE reclassification (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    document_id {int} NOT NULL REFERENCES document (id),
    from_secrecy {int} NOT NULL CHECK (from_secrecy BETWEEN 0 AND 3),
    to_secrecy {int} NOT NULL CHECK (to_secrecy BETWEEN 0 AND 3),
    -- The list it leaves, and the one it comes to: none where all may know of it whose rights reach it.
    from_list_id {int} REFERENCES reader_list (id),
    to_list_id {int} REFERENCES reader_list (id),
    -- The document as the proposer saw it: who confirms, confirms that one.
    revision {int} NOT NULL,
    reason {text} NOT NULL,
    proposed_at {int} NOT NULL,
    proposed_by {text} NOT NULL,
    -- overtaken: the grade was changed in another way meanwhile.
    state {text} NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'confirmed', 'refused', 'withdrawn', 'overtaken')),
    decided_at {int},
    decided_by {text},
    decision_reason {text},
    CHECK ((from_list_id IS NULL AND to_list_id IS NULL AND to_secrecy < from_secrecy)
           OR (from_list_id IS NOT NULL AND to_secrecy = from_secrecy AND coalesce(to_list_id, 0) <> from_list_id)),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((decided_at IS NULL) = (decided_by IS NULL))
) {table};
-- One at a time for each document.
CREATE UNIQUE INDEX reclassification_open ON reclassification (document_id) WHERE state = 'open';

-- Which documents a package holds: who takes it is asked for each of them again.
CREATE TABLE job_document (
    job_id {int} NOT NULL REFERENCES job (id),
    document_id {int} NOT NULL REFERENCES document (id),
    PRIMARY KEY (job_id, document_id)
) {table};
CREATE INDEX job_document_document ON job_document (document_id);
