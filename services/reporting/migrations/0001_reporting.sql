-- One row per dossier: the newest that intake, routing and sla have said about it. Columns of one emitter are
-- written only from that emitter's events, so the order in which topics arrive does not matter.
CREATE TABLE dossier (
    id uuid PRIMARY KEY,
    -- from intake
    code text,
    procedure_code text,
    field text,
    channel text,
    receiving_unit text,
    received_unit text,             -- competent unit as received; `level` and `province` are this unit's
    level text,
    province text,
    received_at timestamptz,
    origin text,
    batch uuid,
    returned_at timestamptz,
    voided boolean NOT NULL DEFAULT false,
    -- from routing
    moved_unit text,                -- successor, where the competent unit ended
    -- from sla: its newest snapshot
    clock_revision int NOT NULL DEFAULT 0,
    state text,
    due_original timestamptz,
    due_current timestamptz,
    late_at timestamptz,
    outcome text,
    ended_at timestamptz,
    ending text,
    overdue boolean NOT NULL DEFAULT false,
    due_soon boolean NOT NULL DEFAULT false,
    extended boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
CREATE INDEX dossier_received ON dossier (received_at) WHERE NOT voided;
CREATE INDEX dossier_code ON dossier (code);
CREATE INDEX dossier_open ON dossier (province, field) WHERE ended_at IS NULL AND NOT voided;

-- How many dossiers stand where. `basis` r: by day of reception; o: by the day the outcome fell (the end, or
-- the moment of lateness if that came first). Days are Asia/Ho_Chi_Minh.
CREATE TABLE bucket (
    basis "char" NOT NULL,
    day date NOT NULL,
    unit text NOT NULL,
    level text NOT NULL,
    province text NOT NULL,
    field text NOT NULL,
    procedure_code text NOT NULL,
    channel text NOT NULL,
    outcome text NOT NULL,
    n int NOT NULL,
    PRIMARY KEY (basis, day, unit, field, procedure_code, channel, outcome, level, province)
) WITH (fillfactor = 70);

-- Years whose figures changed since they were last counted.
CREATE TABLE changed_year (year int PRIMARY KEY, changes bigint NOT NULL);

-- Imports on their way through: dossiers that are whole here (received and timed), and barriers that arrived.
CREATE TABLE import_progress (batch uuid PRIMARY KEY, applied int NOT NULL);
CREATE TABLE import_barrier (
    batch uuid NOT NULL,
    partition int NOT NULL,
    partitions int NOT NULL,
    dossiers int NOT NULL,
    PRIMARY KEY (batch, partition)
);

-- The on-time share a field is held to; data, so that rules and pages read the same figure.
CREATE TABLE objective (field text PRIMARY KEY, ratio numeric(5, 4) NOT NULL CHECK (ratio > 0 AND ratio < 1));
INSERT INTO objective VALUES ('*', 0.95);
