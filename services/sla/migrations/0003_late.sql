-- The late list: how late, why, and as it stood before.
ALTER TABLE dossier
    ADD COLUMN late_calendar text NOT NULL DEFAULT '',  -- which calendar counts its working days late
    ADD COLUMN late_days int NOT NULL DEFAULT 0,        -- working days late at its end; while open it is counted
    ADD COLUMN pauses smallint NOT NULL DEFAULT 0,      -- how often its clock stood still
    ADD COLUMN apologised boolean NOT NULL DEFAULT false, -- a letter of apology or an extension went out
    ADD COLUMN cause text,                              -- why it is late, and who answers for it
    ADD COLUMN responsible_unit text,
    ADD COLUMN responsible_leg smallint,
    ADD COLUMN cause_by text CHECK (cause_by IN ('clock', 'person')),
    ADD COLUMN uncaused boolean NOT NULL DEFAULT true,  -- a cause is to be proposed for what it became
    ADD COLUMN standing_at timestamptz;                 -- since when the late list shows what it shows of it
UPDATE dossier SET standing_at = changed_at;

-- Within one calendar the order of `late_since` is the order of lateness: no daily rewriting.
DROP INDEX dossier_late_open;
CREATE INDEX dossier_late_open ON dossier (late_since, id) INCLUDE (late_calendar)
WHERE late_since IS NOT NULL AND ended_at IS NULL;
CREATE INDEX dossier_late_open_local ON dossier (late_calendar, late_since, id)
WHERE late_since IS NOT NULL AND ended_at IS NULL AND late_calendar <> '';
CREATE INDEX dossier_late_closed ON dossier ((-late_days), late_since, id) INCLUDE (late_days)
WHERE late_since IS NOT NULL AND ended_at IS NOT NULL;
-- A filter, and the order of the list within it.
CREATE INDEX dossier_late_field ON dossier (field, late_since, id) WHERE late_since IS NOT NULL;
CREATE INDEX dossier_late_procedure ON dossier (procedure_code, late_since, id) WHERE late_since IS NOT NULL;
CREATE INDEX dossier_late_rule_set ON dossier (rule_set, late_since, id) WHERE late_since IS NOT NULL;
CREATE INDEX dossier_late_paused ON dossier (late_since, id) WHERE late_since IS NOT NULL AND pauses > 0;
CREATE INDEX dossier_late_apologised ON dossier (late_since, id) WHERE late_since IS NOT NULL AND apologised;
CREATE INDEX dossier_late_cause ON dossier (cause, late_since, id)
WHERE late_since IS NOT NULL AND cause IS NOT NULL;
CREATE INDEX dossier_late_responsible ON dossier (responsible_unit, late_since, id)
WHERE late_since IS NOT NULL AND responsible_unit IS NOT NULL;
-- Whose cause is still to be proposed, or proposed anew. (A flag, because every change moves changed_at, and a column
-- of an index that changes makes PostgreSQL write all indexes.)
CREATE INDEX dossier_late_uncaused ON dossier (late_since, id)
WHERE late_since IS NOT NULL AND uncaused AND cause_by IS DISTINCT FROM 'person';

-- What the list showed of a late dossier until it changed. Dossiers that never were late leave nothing here.
CREATE TABLE late_history (
    id uuid NOT NULL,
    valid_from timestamptz NOT NULL,
    valid_to timestamptz NOT NULL,
    code text,
    procedure_code text,
    field text,
    competent_unit text,
    reception_unit text,
    province text,
    level text,
    received_at timestamptz,
    due_original timestamptz,
    due_current timestamptz,
    late_at timestamptz,
    late_since timestamptz NOT NULL,
    ended_at timestamptz,
    state text,
    outcome text,
    holder text,
    holder_since timestamptz,
    rule_set text,
    extended boolean NOT NULL,
    late_calendar text NOT NULL,
    late_days int NOT NULL,
    pauses smallint NOT NULL,
    apologised boolean NOT NULL,
    cause text,
    responsible_unit text,
    responsible_leg smallint,
    cause_by text
);
CREATE INDEX late_history_order ON late_history (late_since, id);
CREATE INDEX late_history_unit ON late_history (competent_unit, late_since, id);

CREATE FUNCTION keep_late_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.late_since <= NEW.changed_at AND OLD.standing_at < NEW.changed_at THEN
        INSERT INTO late_history VALUES (
            OLD.id, OLD.standing_at, NEW.changed_at, OLD.code, OLD.procedure_code, OLD.field, OLD.competent_unit,
            OLD.reception_unit, OLD.province, OLD.level, OLD.received_at, OLD.due_original, OLD.due_current,
            OLD.late_at, OLD.late_since, OLD.ended_at, OLD.state, OLD.outcome, OLD.holder, OLD.holder_since,
            OLD.rule_set, OLD.extended, OLD.late_calendar, OLD.late_days, OLD.pauses, OLD.apologised, OLD.cause,
            OLD.responsible_unit, OLD.responsible_leg, OLD.cause_by);
    END IF;
    NEW.standing_at := NEW.changed_at;
    RETURN NEW;
END $$;

CREATE FUNCTION begin_late_standing() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.standing_at := NEW.changed_at;
    RETURN NEW;
END $$;

-- Telling a rung changes nothing of this, so a sweep never comes here.
CREATE TRIGGER late_standing BEFORE UPDATE ON dossier FOR EACH ROW
WHEN (
    (OLD.late_since, OLD.ended_at, OLD.state, OLD.outcome, OLD.due_current, OLD.competent_unit, OLD.holder,
     OLD.holder_since, OLD.late_days, OLD.late_calendar, OLD.cause, OLD.responsible_unit, OLD.responsible_leg,
     OLD.cause_by, OLD.extended, OLD.apologised, OLD.pauses, OLD.code, OLD.procedure_code, OLD.field,
     OLD.reception_unit, OLD.province, OLD.level, OLD.received_at, OLD.due_original, OLD.late_at, OLD.rule_set)
    IS DISTINCT FROM
    (NEW.late_since, NEW.ended_at, NEW.state, NEW.outcome, NEW.due_current, NEW.competent_unit, NEW.holder,
     NEW.holder_since, NEW.late_days, NEW.late_calendar, NEW.cause, NEW.responsible_unit, NEW.responsible_leg,
     NEW.cause_by, NEW.extended, NEW.apologised, NEW.pauses, NEW.code, NEW.procedure_code, NEW.field,
     NEW.reception_unit, NEW.province, NEW.level, NEW.received_at, NEW.due_original, NEW.late_at, NEW.rule_set)
)
EXECUTE FUNCTION keep_late_standing();
-- A dossier that is late from the moment it is first heard of; the others pass here on their first change.
CREATE TRIGGER late_standing_begins BEFORE INSERT ON dossier FOR EACH ROW EXECUTE FUNCTION begin_late_standing();

-- Free text of officials: it never leaves this schema but through an authorised look.
CREATE TABLE note (
    id uuid PRIMARY KEY,
    dossier uuid,
    at timestamptz NOT NULL,
    staff uuid NOT NULL,
    text text NOT NULL
);
CREATE INDEX note_dossier ON note (dossier, at) WHERE dossier IS NOT NULL;
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    staff uuid NOT NULL,
    action text NOT NULL,
    subject uuid,
    found int
);

-- Every cause a person stated, with what stood before.
CREATE TABLE cause_change (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    dossier uuid NOT NULL,
    at timestamptz NOT NULL,
    staff uuid NOT NULL,
    cause text NOT NULL,
    responsible_unit text,
    responsible_leg smallint,
    cause_before text,
    unit_before text,
    leg_before smallint,
    by_before text,
    note uuid
);
CREATE INDEX cause_change_dossier ON cause_change (dossier, id);

CREATE TABLE saved_filter (
    id uuid PRIMARY KEY,
    name text NOT NULL,
    staff uuid,                                     -- a person's own
    unit text,                                      -- or a unit's, for all who work there
    query jsonb NOT NULL,
    saved_by uuid NOT NULL,
    saved_at timestamptz NOT NULL,
    CHECK ((staff IS NULL) <> (unit IS NULL))
);
CREATE UNIQUE INDEX saved_filter_person ON saved_filter (staff, lower(name)) WHERE staff IS NOT NULL;
CREATE UNIQUE INDEX saved_filter_unit ON saved_filter (unit, lower(name)) WHERE unit IS NOT NULL;

-- A list as it was when somebody froze it: written once.
CREATE TABLE frozen_list (
    id uuid PRIMARY KEY,
    year smallint NOT NULL,
    number int NOT NULL,
    frozen_at timestamptz NOT NULL,
    staff uuid NOT NULL,
    units text[],                                   -- the scope it was made with; none: the country
    query jsonb NOT NULL,
    as_of timestamptz NOT NULL,
    dossiers int NOT NULL,
    header text NOT NULL,
    sha256 text NOT NULL,
    UNIQUE (year, number)
);
CREATE TABLE frozen_row (
    list uuid NOT NULL,
    place int NOT NULL,
    dossier uuid NOT NULL,
    line text NOT NULL,
    PRIMARY KEY (list, place)
);
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a frozen list is never changed' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER frozen_list_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_list
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER frozen_row_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON frozen_row
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A finished list takes no further row.
CREATE FUNCTION refuse_late_row() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM frozen_list l JOIN fresh f ON f.list = l.id) THEN
        RAISE EXCEPTION 'a frozen list is never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER frozen_row_in_time AFTER INSERT ON frozen_row REFERENCING NEW TABLE AS fresh
FOR EACH STATEMENT EXECUTE FUNCTION refuse_late_row();

-- "Explain by <date>": what an inspector asks a unit about late dossiers, and what it answers.
CREATE TABLE explain_request (
    id uuid PRIMARY KEY,
    unit text NOT NULL,
    due_on date NOT NULL,                           -- last day to answer, Asia/Ho_Chi_Minh
    asked_at timestamptz NOT NULL,
    asked_by uuid NOT NULL,
    list uuid,                                      -- the frozen list it is about, if any
    note uuid,
    dossiers int NOT NULL,
    left_open int NOT NULL,                         -- dossiers not answered yet
    answered_at timestamptz                         -- when the last one was answered
);
CREATE INDEX explain_request_order ON explain_request (asked_at DESC, id DESC);
CREATE INDEX explain_request_unit ON explain_request (unit, asked_at DESC, id DESC);
CREATE INDEX explain_request_open ON explain_request (due_on, id) WHERE answered_at IS NULL;
CREATE TABLE explain_item (
    request uuid NOT NULL,
    dossier uuid NOT NULL,
    code text NOT NULL,
    competent_unit text,
    cause text,
    responsible_unit text,
    responsible_leg smallint,
    note uuid,
    answered_at timestamptz,
    answered_by uuid,
    PRIMARY KEY (request, dossier)
);
CREATE INDEX explain_item_dossier ON explain_item (dossier);
