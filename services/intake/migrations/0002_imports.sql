-- A legacy register on its way in. `state` is the job: who finds it in a state ending in -ing carries on from
-- `after_code` (checking) or `last_ord` (applying), under this row's lock, so that any number may try.
CREATE TABLE import_batch (
    id uuid PRIMARY KEY,
    source text NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN
        ('open', 'checking', 'checked', 'applying', 'applied', 'voiding', 'voided', 'failed')),
    scope text[],
    created_by uuid NOT NULL,
    created_at timestamptz NOT NULL,
    applied_at timestamptz,
    problem text NOT NULL DEFAULT '',
    ignored_columns text[] NOT NULL DEFAULT '{}',
    rows int NOT NULL DEFAULT 0,
    steps int NOT NULL DEFAULT 0,
    units int NOT NULL DEFAULT 0,
    checked int NOT NULL DEFAULT 0,
    accepted int NOT NULL DEFAULT 0,
    skipped int NOT NULL DEFAULT 0,
    refused int NOT NULL DEFAULT 0,
    differing int NOT NULL DEFAULT 0,
    applied int NOT NULL DEFAULT 0,
    voided int NOT NULL DEFAULT 0,
    after_code text COLLATE "C" NOT NULL DEFAULT '',
    last_ord int NOT NULL DEFAULT 0,
    after_id uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000'
);
CREATE INDEX import_batch_busy ON import_batch (created_at) WHERE state IN ('checking', 'applying', 'voiding');

-- What was read, as it stands in the files; `line` is the line (of a sheet: the row) it began on.
CREATE TABLE import_line (
    batch uuid NOT NULL,
    file text NOT NULL,
    line int NOT NULL,
    code text COLLATE "C" NOT NULL,
    cells text[] NOT NULL
);
CREATE INDEX import_line_code ON import_line (batch, file, code, line);

-- What will be said of each accepted dossier. Kept after the apply: a later import is compared with `content`.
CREATE TABLE import_dossier (
    batch uuid NOT NULL,
    ord int NOT NULL,
    line int NOT NULL,
    code text COLLATE "C" NOT NULL,
    dossier uuid NOT NULL,
    content text[] NOT NULL,
    facts jsonb,
    received bytea,
    history bytea,
    extras jsonb,
    applied boolean NOT NULL DEFAULT false,
    PRIMARY KEY (batch, ord)
);
CREATE INDEX import_dossier_code ON import_dossier (code) WHERE applied;

CREATE TABLE import_reject (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch uuid NOT NULL,
    file text NOT NULL,
    line int NOT NULL,
    code text NOT NULL,
    field text NOT NULL,
    rule text NOT NULL,
    reason text NOT NULL
);
CREATE INDEX import_reject_batch ON import_reject (batch, id);

CREATE TABLE import_difference (
    batch uuid NOT NULL,
    ord int NOT NULL,
    code text NOT NULL,
    procedure_code text NOT NULL,
    declared timestamptz NOT NULL,
    computed timestamptz NOT NULL,
    PRIMARY KEY (batch, ord)
);

-- Units the register needs and the catalogue lacked when it was checked.
CREATE TABLE import_unit (
    batch uuid NOT NULL,
    code text NOT NULL,
    unit jsonb NOT NULL,
    PRIMARY KEY (batch, code)
);
