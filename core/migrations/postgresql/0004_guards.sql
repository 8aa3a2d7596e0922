-- SPDX-License-Identifier: GPL-3.0-or-later
-- Guards only (decisions.md): leaves are never changed or removed, whoever holds the connection.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = TG_ARGV[0];
END
$$;
CREATE TRIGGER audit_leaf_no_update BEFORE UPDATE ON audit_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit leaves never change');
CREATE TRIGGER audit_leaf_no_delete BEFORE DELETE ON audit_leaf
    FOR EACH ROW EXECUTE FUNCTION refuse_change('audit leaves are never removed');
-- It knows a way round the other two that SQLite has not.
CREATE TRIGGER audit_leaf_no_truncate BEFORE TRUNCATE ON audit_leaf
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('audit leaves are never removed');
CREATE TRIGGER job_outcome_once BEFORE UPDATE OF outcome ON job
    FOR EACH ROW WHEN (OLD.outcome IS NOT NULL) EXECUTE FUNCTION refuse_change('a job has one outcome');
