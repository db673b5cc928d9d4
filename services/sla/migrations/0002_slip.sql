-- What the slip, or a legacy register, promised: kept beside what the clock says, and listed where the days differ.
ALTER TABLE dossier ADD COLUMN slip_at timestamptz;

CREATE INDEX dossier_differs ON dossier (id)
WHERE (slip_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::date <> (due_original AT TIME ZONE 'Asia/Ho_Chi_Minh')::date;
