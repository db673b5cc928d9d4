-- A calendar decision on its way: proposed by one person, counted in a preview, approved or rejected by another.
CREATE TABLE calendar_proposal (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    code text NOT NULL,
    version int NOT NULL,
    unit text,                                      -- where it will hold; none: the country
    withdraws boolean NOT NULL,                     -- takes an earlier version back
    decision jsonb NOT NULL,                        -- as it will be published
    state text NOT NULL DEFAULT 'proposed' CHECK (state IN ('proposed', 'approved', 'rejected')),
    proposed_by uuid NOT NULL,
    proposed_at timestamptz NOT NULL,
    closed_by uuid,
    closed_at timestamptz,

    preview_as_of timestamptz,                      -- "late" in the preview means late at this moment
    preview_after uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
    preview_total int,                              -- dossiers it will look at
    seen int NOT NULL DEFAULT 0,
    later int NOT NULL DEFAULT 0,
    earlier int NOT NULL DEFAULT 0,
    no_longer_late int NOT NULL DEFAULT 0,
    newly_late int NOT NULL DEFAULT 0,
    uncomputable int NOT NULL DEFAULT 0,
    preview_done_at timestamptz,
    CHECK ((closed_by IS NULL) = (state = 'proposed') AND (closed_at IS NULL) = (state = 'proposed')),
    CHECK (closed_by <> proposed_by)                -- the second person
);
CREATE UNIQUE INDEX calendar_proposal_version ON calendar_proposal (code, version) WHERE state <> 'rejected';
CREATE INDEX calendar_proposal_preview ON calendar_proposal (id) WHERE state = 'proposed' AND preview_done_at IS NULL;

-- Who did what to a proposal, when: only ever added to.
CREATE TABLE calendar_audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    proposal bigint NOT NULL REFERENCES calendar_proposal,
    act text NOT NULL CHECK (act IN ('proposed', 'previewed', 'approved', 'rejected')),
    at timestamptz NOT NULL,
    staff uuid,                                     -- none: the clockwork
    username text,
    note text,
    counted jsonb                                   -- the preview as it was then
);
CREATE INDEX calendar_audit_proposal ON calendar_audit (proposal, id);

CREATE FUNCTION keep_for_ever() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are kept for ever', TG_TABLE_NAME;
END
$$;
CREATE TRIGGER calendar_audit_kept BEFORE UPDATE OR DELETE ON calendar_audit
FOR EACH ROW EXECUTE FUNCTION keep_for_ever();
CREATE TRIGGER calendar_proposal_kept BEFORE DELETE ON calendar_proposal
FOR EACH ROW EXECUTE FUNCTION keep_for_ever();

-- A recomputation in lanes: stretches of dossier ids that several processes work on side by side.
-- Pass 1 looks at all that are touched; pass 2, a minute later, at those a batch still under way judged by old days.
CREATE TABLE recompute_lane (
    task bigint NOT NULL REFERENCES recompute,
    pass smallint NOT NULL,
    lane smallint NOT NULL,
    after uuid NOT NULL,                            -- done up to here
    upto uuid,                                      -- the lane's last id; none: to the end
    seen int NOT NULL DEFAULT 0,
    moved int NOT NULL DEFAULT 0,
    done_at timestamptz,
    PRIMARY KEY (task, pass, lane)
);
CREATE INDEX recompute_lane_open ON recompute_lane (task, pass, lane) WHERE done_at IS NULL;
INSERT INTO recompute_lane (task, pass, lane, after, seen, moved, done_at)
SELECT id, 1, 0, after, seen, moved, CASE WHEN pass > 1 THEN coalesce(done_at, created_at) END FROM recompute
UNION ALL
SELECT id, 2, 0, '00000000-0000-0000-0000-000000000000', 0, 0, done_at FROM recompute;
ALTER TABLE recompute DROP COLUMN after, DROP COLUMN pass, DROP COLUMN seen, DROP COLUMN moved;
ALTER TABLE recompute ADD COLUMN withdrawn boolean NOT NULL DEFAULT false;

-- What a decision did to a dossier: the last word of each recomputation. The dossier's lock covers it.
CREATE TABLE deadline_move (
    task bigint NOT NULL,                           -- of recompute
    dossier uuid NOT NULL,
    revision int NOT NULL,                          -- of the snapshot that said so
    due_before timestamptz,
    due_after timestamptz,
    late_before timestamptz,
    late_after timestamptz,
    moved_at timestamptz NOT NULL,
    PRIMARY KEY (task, dossier)
);
