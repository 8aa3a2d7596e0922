-- SPDX-License-Identifier: GPL-3.0-or-later
-- What a reader of the history filters by: derived from the leaves, some seconds behind them, made anew where it is deleted.
CREATE TABLE audit_event (
    seq {int} PRIMARY KEY,
    at {int} NOT NULL,
    actor {text} NOT NULL,
    action {text} NOT NULL,
    object {text} NOT NULL
) {table};
CREATE INDEX audit_event_actor ON audit_event (actor, seq);
CREATE INDEX audit_event_action ON audit_event (action, seq);
CREATE INDEX audit_event_object ON audit_event (object, seq);
CREATE INDEX audit_event_at ON audit_event (at, seq);
