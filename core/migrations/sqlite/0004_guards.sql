-- SPDX-License-Identifier: GPL-3.0-or-later
-- Guards only (decisions.md): leaves are never changed or removed, whoever holds the connection.
CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf
BEGIN
    SELECT RAISE(ABORT, 'audit leaves never change');
END;
CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf
BEGIN
    SELECT RAISE(ABORT, 'audit leaves are never removed');
END;
CREATE TRIGGER job_outcome_once BEFORE UPDATE OF outcome ON job WHEN OLD.outcome IS NOT NULL
BEGIN
    SELECT RAISE(ABORT, 'a job has one outcome');
END;
