-- Dossiers stopped, or given back without any decision, though the applicant had been waited for less than so many
-- days at the end (0: nothing was asked). `value`: those days.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.days AS value
FROM signal s
WHERE s.kind IN ('stopped', 'returned_undecided') AND s.days < :days
