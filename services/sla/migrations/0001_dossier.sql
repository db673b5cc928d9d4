-- One row per dossier: its lock, its sequence counter, its facts, its legal clock and its alarm.
-- Facts lie in the row itself: a fold needs one read, and the row lock covers them.
-- A dossier first heard of through routing has facts but no head: code and everything after it stay empty.
CREATE TABLE dossier (
    id uuid PRIMARY KEY,
    seq int NOT NULL DEFAULT 0,                     -- dossierseq of the last event we said about it
    revision int NOT NULL DEFAULT 0,                -- of the legal snapshot
    facts jsonb NOT NULL DEFAULT '[]',              -- what moves the clock
    story jsonb NOT NULL DEFAULT '[]',              -- what moves the head and the custody
    key_hash int,                                   -- of an import's dossier: modulo partitions its partition
    origin text NOT NULL DEFAULT 'live',
    batch uuid,

    code text,
    procedure_code text,
    field text,
    channel text,
    competent_unit text,
    reception_unit text,                            -- competent at reception: its calendar rules the clock
    province text,
    level text,                                     -- of the competent unit, as it was at reception
    rule_set text,
    received_at timestamptz,

    state text CHECK (state IN ('running', 'paused', 'stopped', 'voided', 'error')),
    due_original timestamptz,
    due_current timestamptz,
    late_at timestamptz,
    late_since timestamptz,                         -- late_at, where the dossier is late once that moment has passed
    outcome text CHECK (outcome IN ('early', 'on_time', 'late')),
    ended_at timestamptz,
    ending text,
    overdue boolean NOT NULL DEFAULT false,
    extended boolean NOT NULL DEFAULT false,
    restarts smallint NOT NULL DEFAULT 0,
    paused_since timestamptz,
    why text,                                       -- what makes the deadline uncomputable
    calendar_version int NOT NULL DEFAULT 0,
    ignored smallint NOT NULL DEFAULT 0,            -- facts the fold could not use

    holder text,
    holder_since timestamptz,
    holder_leg smallint,

    armed boolean NOT NULL DEFAULT true,            -- an import's dossiers ring only after their barrier
    told jsonb NOT NULL DEFAULT '{}',               -- rung -> the moment it was told for, in ticks
    ladder jsonb NOT NULL DEFAULT '[]',             -- the rungs that lie ahead: [name, tick, …]
    next_rung_at timestamptz,

    changed_at timestamptz NOT NULL
) WITH (fillfactor = 75);

CREATE INDEX dossier_code ON dossier (code) WHERE code IS NOT NULL;
-- The sweep: only what can still ring, in the order in which it rings.
CREATE INDEX dossier_alarm ON dossier (next_rung_at) WHERE armed AND next_rung_at IS NOT NULL;
-- The late list, all of it, the open part, and one unit's.
CREATE INDEX dossier_late ON dossier (late_since, id) WHERE late_since IS NOT NULL;
CREATE INDEX dossier_late_open ON dossier (late_since, id) WHERE late_since IS NOT NULL AND ended_at IS NULL;
CREATE INDEX dossier_late_unit ON dossier (competent_unit, late_since, id) WHERE late_since IS NOT NULL;
-- What a calendar decision may move: the clocks that have not ended.
CREATE INDEX dossier_open ON dossier (id) WHERE state IN ('running', 'paused', 'error');
CREATE INDEX dossier_error ON dossier (id) WHERE state = 'error';
CREATE INDEX dossier_conflict ON dossier (id) WHERE ignored > 0;
CREATE INDEX dossier_unarmed ON dossier (batch, id) WHERE NOT armed;

-- An import's barrier per partition: armed once both topics were applied up to it.
CREATE TABLE import_barrier (
    batch uuid NOT NULL,
    part smallint NOT NULL,
    partitions int,
    dossiers int,
    ended_at timestamptz,
    routed_at timestamptz,
    timed_at timestamptz,
    PRIMARY KEY (batch, part)
);

-- Recomputations after a calendar decision: how far each has come, so that a killed clockwork goes on.
CREATE TABLE recompute (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    decision text NOT NULL,                         -- code of the decision
    version int NOT NULL,
    revision bigint NOT NULL,                       -- of the catalogue item: content may change under one version
    first_day date NOT NULL,
    last_day date NOT NULL,
    units text[],                                   -- where it holds, subtrees included; none: the country
    after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    pass smallint NOT NULL DEFAULT 1,
    seen int NOT NULL DEFAULT 0,
    moved int NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL,
    done_at timestamptz,
    UNIQUE (decision, version, revision)
);
CREATE INDEX recompute_open ON recompute (id) WHERE done_at IS NULL;
