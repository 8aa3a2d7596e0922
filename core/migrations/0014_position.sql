-- SPDX-License-Identifier: GPL-3.0-or-later
-- chức vụ, vị trí công tác: what somebody is where, from when to when; several at a time, one of them the main one. Both ends are days:
-- a position begins and is over by itself.
CREATE TABLE position (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    unit_id {int} NOT NULL REFERENCES unit (id),
    title {text} NOT NULL,
    -- Where he works (account.unit_id) is the unit of his main position; who has none works where his account says.
    is_main {int} NOT NULL CHECK (is_main IN (0, 1)),
    from_on {int} NOT NULL,
    -- The last day. Before the first one only of a position that was called off before it began.
    to_on {int},
    added_at {int} NOT NULL,
    added_by {text} NOT NULL,
    -- When its last day was said, where it was not when it was added.
    ended_at {int},
    ended_by {text},
    CHECK ((ended_at IS NULL) = (ended_by IS NULL)),
    CHECK (to_on IS NOT NULL OR ended_at IS NULL),
    CHECK (to_on IS NULL OR to_on >= from_on OR ended_at IS NOT NULL)
) {table};
CREATE INDEX position_account ON position (account_id);
CREATE INDEX position_unit ON position (unit_id);

-- A role that was granted with a position holds no longer than that one (TT 05/2025, phụ lục VI, Q1đ: quyền đổi khi vị trí công tác đổi).
ALTER TABLE role_grant ADD COLUMN position_id {int} REFERENCES position (id);
CREATE INDEX role_grant_position ON role_grant (position_id) WHERE position_id IS NOT NULL;

-- bàn giao: who left, who took over, and what became of each thing he was in charge of (NĐ 30/2020 Điều 31).
CREATE TABLE hand_over (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    to_account_id {int} NOT NULL REFERENCES account (id),
    -- His last day.
    on_day {int} NOT NULL,
    reason {text},
    made_at {int} NOT NULL,
    made_by {text} NOT NULL,
    CHECK (account_id <> to_account_id)
) {table};
CREATE INDEX hand_over_account ON hand_over (account_id);

CREATE TABLE hand_over_item (
    hand_over_id {int} NOT NULL REFERENCES hand_over (id),
    ordinal {int} NOT NULL,
    -- What it is, a word of the table in core/src/services/hand_over.cpp, and its uid.
    what {text} NOT NULL,
    object {text} NOT NULL,
    fate {text} NOT NULL CHECK (fate IN ('passed_on', 'ended')),
    PRIMARY KEY (hand_over_id, ordinal)
) {table};
