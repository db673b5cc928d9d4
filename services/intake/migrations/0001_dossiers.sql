-- One row per dossier: its lock, its sequence counter, and what the counter knows of it.
-- Columns from `holder` on are heard from others; a dossier first heard of that way has state 'unknown'.
CREATE TABLE dossier (
    id uuid PRIMARY KEY,
    seq int NOT NULL DEFAULT 0,
    state text NOT NULL DEFAULT 'unknown' CHECK (state IN
        ('unknown', 'submitted', 'received', 'refused', 'withdrawn', 'returned', 'voided')),
    origin text NOT NULL DEFAULT 'live',
    batch uuid,
    code text,
    foreign_codes text[] NOT NULL DEFAULT '{}',
    procedure_code text,
    procedure_version int,
    field text,
    channel text,
    receiving_unit text,
    competent_unit text,
    applicant_commune text,
    parcel_commune text,
    submitted_at timestamptz,
    received_at timestamptz,
    appointment_at timestamptz,
    late_at timestamptz,
    declared_due_at timestamptz,
    rule_set text,
    calendar_version int NOT NULL DEFAULT 0,
    received_by uuid,
    ended_at timestamptz,
    returned_at timestamptz,
    return_way text,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    holder text,
    ready_at timestamptz,
    ending text,
    clock_state text,
    clock_revision int NOT NULL DEFAULT 0,
    due_original timestamptz,
    due_current timestamptz,
    clock_late_at timestamptz,
    outcome text,
    overdue boolean NOT NULL DEFAULT false
) WITH (fillfactor = 85);
-- A code is never issued twice; only the codes of a voided import may be imported anew.
CREATE UNIQUE INDEX dossier_code ON dossier (code) WHERE state <> 'voided' OR origin = 'live';
CREATE INDEX dossier_voided ON dossier (code) WHERE state = 'voided' AND origin = 'import';
CREATE INDEX dossier_received ON dossier (receiving_unit, received_at, id) WHERE received_at IS NOT NULL;
CREATE INDEX dossier_waiting ON dossier (receiving_unit, submitted_at, id) WHERE state = 'submitted';
CREATE INDEX dossier_ready ON dossier (receiving_unit, ready_at, id)
    WHERE ready_at IS NOT NULL AND returned_at IS NULL AND state NOT IN ('voided', 'withdrawn');
CREATE INDEX dossier_batch ON dossier (batch, id) WHERE batch IS NOT NULL;
CREATE INDEX dossier_recorded ON dossier (recorded_at);

-- The receipt numbers: the last one given per agency and day, locked while the next is drawn.
CREATE TABLE receipt_counter (
    agency text NOT NULL,
    day date NOT NULL,
    last int NOT NULL,
    PRIMARY KEY (agency, day)
);

-- The only place where persons stand. Nothing of it leaves this schema but through audited answers.
CREATE TABLE person (
    dossier uuid PRIMARY KEY,
    full_name text NOT NULL,
    words text[] NOT NULL,
    sort_key bytea NOT NULL,
    id_number text,
    phone text,
    address text,
    email text
);
CREATE INDEX person_words ON person USING gin (words);
CREATE INDEX person_phone ON person (phone) WHERE phone IS NOT NULL;

-- What the applicant was asked for, and what was brought: paired when read, so that any order will do.
CREATE TABLE request (
    dossier uuid NOT NULL,
    request uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('supplement', 'payment')),
    at timestamptz NOT NULL,
    cancelled_at timestamptz,
    reason text,
    note uuid,
    PRIMARY KEY (dossier, request)
);
CREATE TABLE answer (
    dossier uuid NOT NULL,
    event uuid NOT NULL,
    kind text NOT NULL CHECK (kind IN ('supplement', 'payment')),
    at timestamptz NOT NULL,
    request uuid,
    PRIMARY KEY (dossier, event)
);

-- Remarks, and the officers a legacy register names: events only carry their ids.
CREATE TABLE note (
    id uuid PRIMARY KEY,
    dossier uuid NOT NULL,
    at timestamptz NOT NULL,
    staff uuid,
    text text NOT NULL
);
CREATE INDEX note_dossier ON note (dossier);
CREATE TABLE legacy_officer (
    id uuid PRIMARY KEY,
    label text NOT NULL
);

-- Who looked at whose data. Never what was searched for.
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL,
    staff uuid NOT NULL,
    action text NOT NULL,
    kind text,
    dossier uuid,
    found int
);
CREATE INDEX audit_at ON audit (at);
CREATE INDEX audit_dossier ON audit (dossier) WHERE dossier IS NOT NULL;
