-- SPDX-License-Identifier: GPL-3.0-or-later
-- Sessions and API tokens. Of a secret only the SHA-256 is kept: who reads this file can act as nobody.
CREATE TABLE session (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    digest {bytes} NOT NULL UNIQUE CHECK (length(digest) = 32),
    opened_at {int} NOT NULL,
    last_seen_at {int} NOT NULL,
    address {text} NOT NULL,
    -- The sign-in before this one, as it has to be shown: the account's own columns tell this one by now.
    previous_at {int},
    previous_from {text},
    previous_failures {int} NOT NULL DEFAULT 0
) {table};
CREATE INDEX session_account ON session (account_id);

CREATE TABLE api_token (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    digest {bytes} NOT NULL UNIQUE CHECK (length(digest) = 32),
    title {text} NOT NULL,
    -- Words with one space between.
    scopes {text} NOT NULL,
    created_at {int} NOT NULL,
    -- The last day on which it works.
    expires_on {int},
    revoked_at {int}
) {table};
CREATE INDEX api_token_account ON api_token (account_id);

-- Refused sign-ins, so that a restart forgets none. The bucket is 16 bits of a hash of the name that was typed, whether somebody has
-- it or not: the table stays small, tells no existing name, and of a password typed into the wrong field next to nothing.
CREATE TABLE sign_in_failure (
    bucket {int} PRIMARY KEY CHECK (bucket BETWEEN 0 AND 65535),
    failures {int} NOT NULL,
    last_failed_at {int} NOT NULL
) {table};
