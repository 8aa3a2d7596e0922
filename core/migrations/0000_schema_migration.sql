-- SPDX-License-Identifier: GPL-3.0-or-later
-- The runner's own table: which migrations this catalogue has had. It is run each time before the others, and not recorded.
CREATE TABLE IF NOT EXISTS schema_migration (
    number {int} PRIMARY KEY,
    name {text} NOT NULL,
    checksum {text} NOT NULL
) {table};
