-- SPDX-License-Identifier: GPL-3.0-or-later
-- Who may do what where. A unit keeps its code for ever; what it is called may change, and one that is closed may have others in its
-- place (core/auth/unit_tree.h).
CREATE TABLE unit_name (
    unit_id {int} NOT NULL REFERENCES unit (id),
    from_on {int} NOT NULL,
    title {text} NOT NULL,
    PRIMARY KEY (unit_id, from_on)
) {table};

CREATE TABLE unit_successor (
    unit_id {int} NOT NULL REFERENCES unit (id),
    successor_id {int} NOT NULL REFERENCES unit (id),
    PRIMARY KEY (unit_id, successor_id),
    CHECK (unit_id <> successor_id)
) {table};
CREATE INDEX unit_successor_of ON unit_successor (successor_id);

-- tập tài liệu đã lưu: a named list of documents, never changed but to be removed. Its rows go then, its own stays: grants that have
-- ended name it.
CREATE TABLE record_set (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    title {text} NOT NULL,
    -- Whose people look after it.
    unit_id {int} NOT NULL REFERENCES unit (id),
    -- The highest grade that its documents had when it was made: what it is called is told to nobody below.
    secrecy {int} NOT NULL DEFAULT 0 CHECK (secrecy BETWEEN 0 AND 3),
    -- As it was asked; NULL where the documents were named one by one.
    query {text},
    -- How many they were. Of a person's own reading: told to nobody else.
    documents {int} NOT NULL CHECK (documents > 0),
    made_at {int} NOT NULL,
    made_by {text} NOT NULL,
    removed_at {int}
) {table};
CREATE INDEX record_set_maker ON record_set (made_by, id) WHERE removed_at IS NULL;

CREATE TABLE record_set_document (
    record_set_id {int} NOT NULL REFERENCES record_set (id),
    document_id {int} NOT NULL REFERENCES document (id),
    PRIMARY KEY (record_set_id, document_id)
) {table};

-- A role that somebody holds in a unit, for a time. Never changed but to be confirmed and ended: another right is another row, so that
-- the table also tells who could do what when.
CREATE TABLE role_grant (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    unit_id {int} NOT NULL REFERENCES unit (id),
    role {text} NOT NULL,
    with_sub_units {int} NOT NULL CHECK (with_sub_units IN (0, 1)),
    -- First and last day on which it holds.
    from_on {int} NOT NULL,
    to_on {int},
    -- For records issued within these days only.
    records_from_on {int},
    records_to_on {int},
    -- For documents of this saved set only.
    record_set_id {int} REFERENCES record_set (id),
    -- ủy quyền: whose role he exercises; it holds no longer than that one.
    delegated_from_id {int} REFERENCES role_grant (id),
    -- lệnh bằng văn bản: who administers reads the unit's records by it, until its last day, and only once it is confirmed. Not the
    -- role: nothing that an administrator may do comes of it.
    order_number {text},
    order_on {int},
    order_signer {text},
    reason {text},
    granted_at {int} NOT NULL,
    granted_by {text} NOT NULL,
    -- TT 05 F3c: a change of rights is shown as a warning until a second person has confirmed it.
    confirmed_at {int},
    confirmed_by {text},
    ended_at {int},
    ended_by {text},
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (to_on IS NULL OR to_on >= from_on),
    CHECK ((order_number IS NULL) = (order_on IS NULL) AND (order_number IS NULL) = (order_signer IS NULL)),
    CHECK (order_number IS NULL OR (role = 'admin' AND to_on IS NOT NULL AND delegated_from_id IS NULL))
) {table};
CREATE INDEX role_grant_account ON role_grant (account_id) WHERE ended_at IS NULL;
CREATE INDEX role_grant_unconfirmed ON role_grant (id) WHERE confirmed_at IS NULL AND ended_at IS NULL;
-- Which sets are looked at with every document: as good as always none.
CREATE INDEX role_grant_set ON role_grant (record_set_id) WHERE record_set_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX account_unit ON account (unit_id);
CREATE INDEX role_grant_unit ON role_grant (unit_id) WHERE ended_at IS NULL;

-- Counts the changes of the tree of units: who keeps it in memory sees that it is another one.
INSERT INTO setting (name, value) VALUES ('unit.revision', '1');
-- How many days a written order may hold at the most.
INSERT INTO setting (name, value) VALUES ('order.longest_days', '30');
