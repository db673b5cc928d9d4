-- One row per dossier: its lock, routing's sequence counter, the facts, and what follows from them.
-- `facts` is what intake and routing have said, packed; every other column but sla's follows from it by the fold.
CREATE TABLE dossier (
    id uuid PRIMARY KEY,
    seq int NOT NULL DEFAULT 0,
    facts jsonb NOT NULL DEFAULT '[]',
    stage text NOT NULL DEFAULT 'unknown' CHECK (stage IN ('unknown', 'open', 'waiting', 'ended', 'voided')),
    code text,
    procedure_code text,
    field text,
    channel text,
    receiving_unit text,
    competent_unit text,
    received_at timestamptz,
    appointment_at timestamptz,
    batch uuid,
    ending text,
    ended_at timestamptz,
    holder text,
    holder_since timestamptz,
    under_way_to text,
    leg_no int,
    leg_role text,
    leg_unit text,
    leg_officer uuid,
    leg_due_at timestamptz,
    waiting_since timestamptz,
    ignored int NOT NULL DEFAULT 0,
    -- What sla said last.
    clock_state text,
    due_current timestamptz,
    late_at timestamptz,
    wait_expired_at timestamptz,
    sla_revision int NOT NULL DEFAULT 0,
    sort_due timestamptz GENERATED ALWAYS AS (coalesce(due_current, appointment_at, '9999-01-01 00:00+00'::timestamptz)) STORED
) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.05);

CREATE INDEX dossier_code ON dossier (code) WHERE code IS NOT NULL;
CREATE INDEX dossier_desk ON dossier (leg_unit, sort_due, id) WHERE stage IN ('open', 'waiting');
CREATE INDEX dossier_due ON dossier (sort_due, id) WHERE stage IN ('open', 'waiting');
CREATE INDEX dossier_officer ON dossier (leg_officer) WHERE stage IN ('open', 'waiting') AND leg_officer IS NOT NULL;
CREATE INDEX dossier_competent ON dossier (competent_unit) WHERE stage IN ('open', 'waiting');
CREATE INDEX dossier_batch ON dossier (batch) WHERE batch IS NOT NULL AND stage IN ('open', 'waiting');

-- Who sits at which desk. Choosing one happens under the lock of the unit's rows.
CREATE TABLE officer_desk (
    unit text NOT NULL,
    role text NOT NULL,
    staff uuid NOT NULL,
    absent boolean NOT NULL DEFAULT false,
    PRIMARY KEY (unit, role, staff)
);

-- Barriers of imports that have passed through: the subject of ImportRouted, and that it was said.
CREATE TABLE import_barrier (
    subject uuid PRIMARY KEY,
    batch uuid NOT NULL,
    part int NOT NULL,
    parts int NOT NULL,
    dossiers int NOT NULL,
    routed_at timestamptz NOT NULL
);
CREATE INDEX import_barrier_batch ON import_barrier (batch);
