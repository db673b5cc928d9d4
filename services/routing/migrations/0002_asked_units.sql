-- Units asked for an opinion that have not answered yet: they may see the dossier until they have.
ALTER TABLE dossier ADD COLUMN asked_units text[] NOT NULL DEFAULT '{}';
CREATE INDEX dossier_asked ON dossier USING gin (asked_units)
    WHERE stage IN ('open', 'waiting') AND asked_units <> '{}';
