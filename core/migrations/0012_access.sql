-- SPDX-License-Identifier: GPL-3.0-or-later
-- lượt truy cập (NĐ 30/2020, Phụ lục VI: F6a, F6b): how often each document was opened or taken, and the system by day. Figures, some
-- seconds behind; who it was, the history tells.
-- Both by the grade that the document had then: a sum up to a clearance tells nothing of what is above it.
CREATE TABLE access_count (
    document_id {int} NOT NULL REFERENCES document (id),
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    accesses {int} NOT NULL CHECK (accesses > 0),
    last_at {int} NOT NULL,
    PRIMARY KEY (document_id, secrecy)
) {table};

CREATE TABLE access_day (
    on_day {int} NOT NULL,
    secrecy {int} NOT NULL CHECK (secrecy BETWEEN 0 AND 3),
    viewed {int} NOT NULL DEFAULT 0,
    downloaded {int} NOT NULL DEFAULT 0,
    PRIMARY KEY (on_day, secrecy)
) {table};
