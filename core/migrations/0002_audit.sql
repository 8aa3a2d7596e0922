-- SPDX-License-Identifier: GPL-3.0-or-later
-- History: one leaf per acknowledged change, in a Merkle tree (RFC 6962). The leaf text is hashed and never changes; detail and salt
-- lie apart so that they can be erased with a destroyed record while the leaf still verifies. The tree also stands in
-- plain files with its signed checkpoints (core/audit/checkpoint.h).
CREATE TABLE audit_leaf (
    seq {int} PRIMARY KEY,
    leaf {text} NOT NULL,
    leaf_hash {bytes} NOT NULL CHECK (length(leaf_hash) = 32)
) {table};

CREATE TABLE audit_detail (
    seq {int} PRIMARY KEY REFERENCES audit_leaf (seq),
    object {text} NOT NULL,
    salt {bytes} NOT NULL,
    detail {text} NOT NULL
) {table};
CREATE INDEX audit_detail_object ON audit_detail (object);

-- The tree's right edge: hashes of the complete subtrees of `size`, largest first. Enough to append and to tell the root.
CREATE TABLE audit_tree (
    only_row {int} PRIMARY KEY CHECK (only_row = 1),
    size {int} NOT NULL,
    edge {bytes} NOT NULL
) {table};
