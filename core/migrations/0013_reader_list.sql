-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who stands on a need-to-know list, for a time: as role_grant, an entry is never changed but to be confirmed and ended.
CREATE TABLE reader_entry (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    reader_list_id {int} NOT NULL REFERENCES reader_list (id),
    account_id {int} NOT NULL REFERENCES account (id),
    -- First and last day on which it holds.
    from_on {int} NOT NULL,
    to_on {int},
    reason {text},
    added_at {int} NOT NULL,
    added_by {text} NOT NULL,
    -- TT 05 F3c: a change of rights is shown as a warning until a second person has confirmed it.
    confirmed_at {int},
    confirmed_by {text},
    ended_at {int},
    ended_by {text},
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (to_on IS NULL OR to_on >= from_on)
) {table};
CREATE INDEX reader_entry_account ON reader_entry (account_id) WHERE ended_at IS NULL;
CREATE INDEX reader_entry_list ON reader_entry (reader_list_id, id);

-- Jobs that tell of what is on lists: their files are named, their packages hold it. Known to whoever stands on every one of them.
CREATE TABLE job_reader_list (
    job_id {int} NOT NULL REFERENCES job (id),
    reader_list_id {int} NOT NULL REFERENCES reader_list (id),
    PRIMARY KEY (job_id, reader_list_id)
) {table};
