-- SPDX-License-Identifier: GPL-3.0-or-later
-- The second factor (xác thực hai lớp). Its secret is sealed with keys/second_factor.key: who has this file alone computes no code.
CREATE TABLE second_factor (
    account_id {int} PRIMARY KEY REFERENCES account (id),
    -- Nonce, then ciphertext and tag, bound to the account's uid: in another row it opens nothing.
    secret {bytes} NOT NULL,
    started_at {int} NOT NULL,
    -- Without it the person is about to set it up and is asked for no code yet.
    confirmed_at {int},
    -- Of the last code that was accepted: none is accepted twice, nor one that is older.
    last_step {int} NOT NULL DEFAULT 0,
    -- Wrong codes in a row, and when the last was given: six digits are guessed by whoever may try often enough.
    wrong_codes {int} NOT NULL DEFAULT 0,
    wrong_at {int}
) {table};

-- Of a recovery code only the SHA-256 is kept. A used one stays until there are new ones: the history tells how many were used.
CREATE TABLE recovery_code (
    account_id {int} NOT NULL REFERENCES account (id),
    digest {bytes} NOT NULL CHECK (length(digest) = 32),
    used_at {int},
    PRIMARY KEY (account_id, digest)
) {table};

-- Who must have one: '' nobody, 'everybody', or names of roles with one blank between.
INSERT INTO setting (name, value) VALUES ('second_factor.demand', '');
