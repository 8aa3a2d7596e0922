-- SPDX-License-Identifier: GPL-3.0-or-later
-- Other doors than a password of this archive. The directory (LDAP, Active Directory) that 'ldap' means is named in config.json; what
-- it knows of a person is only whether his password is right, and no password is kept here beside it.
ALTER TABLE account ADD COLUMN door {text} NOT NULL DEFAULT 'password'
    CHECK (door IN ('password', 'ldap') AND (door = 'password' OR password_hash IS NULL));
