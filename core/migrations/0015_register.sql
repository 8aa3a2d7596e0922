-- SPDX-License-Identifier: GPL-3.0-or-later
-- sổ đăng ký văn bản: one series of numbers of a unit in a year (NĐ 30/2020 Đ15.1, Đ22.2). What shares a series is the office's
-- decision, so it is as many books as it wants; secret documents have books of their own (Đ15.2, Đ16.3, Đ22.4).
CREATE TABLE register_book (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    unit_id {int} NOT NULL REFERENCES unit (id),
    year {int} NOT NULL,
    code {text} NOT NULL,
    -- 1 văn bản đến, 2 văn bản đi, 3 văn bản nội bộ.
    direction {int} NOT NULL CHECK (direction BETWEEN 1 AND 3),
    title {text} NOT NULL,
    -- The highest grade of what is registered in it. A book of none holds open documents, a secret one no open ones.
    secrecy {int} NOT NULL DEFAULT 0 CHECK (secrecy BETWEEN 0 AND 3),
    -- What the symbols of its outgoing documents end with: the office's own sign.
    symbol {text},
    -- How number and symbol are put together: 1 3163/BC-BQP, 2 30/2020/NĐ-CP, 3 781-QĐ/QUTW.
    number_form {int} NOT NULL DEFAULT 1 CHECK (number_form BETWEEN 1 AND 3),
    first_number {int} NOT NULL DEFAULT 1 CHECK (first_number >= 1),
    -- Why it does not begin at 1.
    start_reason {text},
    -- The number that the next entry takes; it goes up in the transaction of that entry and never down.
    next_number {int} NOT NULL,
    opened_at {int} NOT NULL,
    opened_by {text} NOT NULL,
    UNIQUE (unit_id, year, code),
    CHECK (next_number >= first_number),
    CHECK (first_number = 1 OR start_reason IS NOT NULL)
) {table};
CREATE INDEX register_book_year ON register_book (year, code);

-- A line of a book. Its number is never given again; a voided one stays with its reason (I5).
CREATE TABLE register_entry (
    id {key} PRIMARY KEY,
    book_id {int} NOT NULL REFERENCES register_book (id),
    number {int} NOT NULL CHECK (number >= 1),
    document_id {int} NOT NULL REFERENCES document (id),
    -- Ngày đến of an incoming document, ngày văn bản of the others: its place in the order of the book.
    entered_on {int} NOT NULL,
    -- Hour of arrival, minutes of the day: of urgent documents.
    arrived_minute {int} CHECK (arrived_minute BETWEEN 0 AND 1439),
    due_on {int},
    -- độ khẩn: 0 none, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc.
    urgency {int} NOT NULL DEFAULT 0 CHECK (urgency BETWEEN 0 AND 3),
    -- 1 giấy, 2 điện tử, 3 cả hai.
    medium {int} NOT NULL DEFAULT 1 CHECK (medium BETWEEN 1 AND 3),
    recipients {text},
    assignee {text},
    copies {int} CHECK (copies >= 0),
    pages {int} CHECK (pages >= 0),
    note {text},
    registered_at {int} NOT NULL,
    registered_by {text} NOT NULL,
    voided_at {int},
    voided_by {text},
    void_reason {text},
    UNIQUE (book_id, number),
    CHECK ((voided_at IS NULL) = (voided_by IS NULL)),
    CHECK ((voided_at IS NULL) = (void_reason IS NULL))
) {table};
-- A document stands once in a book.
CREATE UNIQUE INDEX register_entry_document ON register_entry (document_id, book_id) WHERE voided_at IS NULL;
