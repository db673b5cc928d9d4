-- Our three topics are read independently: an import is applied here when its barrier has come through each.
ALTER TABLE import_barrier ADD COLUMN emitter text NOT NULL DEFAULT 'sla';
ALTER TABLE import_barrier ALTER COLUMN emitter DROP DEFAULT;
ALTER TABLE import_barrier DROP CONSTRAINT import_barrier_pkey;
ALTER TABLE import_barrier ADD PRIMARY KEY (batch, emitter, partition);
