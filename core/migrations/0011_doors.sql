-- SPDX-License-Identifier: GPL-3.0-or-later
-- Other doors than a password of this archive. The directory (LDAP, Active Directory) that 'ldap' means is named in config.json; what
-- it knows of a person is only whether his password is right, and no password is kept here beside it.
ALTER TABLE account ADD COLUMN door {text} NOT NULL DEFAULT 'password'
    CHECK (door IN ('password', 'ldap') AND (door = 'password' OR password_hash IS NULL));

-- A certificate (smart card) by which somebody signs in: of it only what is shown, and the SHA-256 by which it is known again. Whether it
-- is good is judged when it is used, by the CAs that the server was given.
CREATE TABLE account_certificate (
    id {key} PRIMARY KEY,
    uid {text} NOT NULL UNIQUE,
    account_id {int} NOT NULL REFERENCES account (id),
    digest {bytes} NOT NULL UNIQUE CHECK (length(digest) = 32),
    subject {text} NOT NULL,
    issuer {text} NOT NULL,
    expires_at {int} NOT NULL,
    added_at {int} NOT NULL
) {table};
CREATE INDEX account_certificate_account ON account_certificate (account_id);

-- A session that was opened with a certificate is nobody's without it.
ALTER TABLE session ADD COLUMN certificate {bytes} CHECK (length(certificate) = 32);
