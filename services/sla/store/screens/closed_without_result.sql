-- Dossiers stopped, or given back without any decision, before the applicant's time to answer was over by their own
-- rule set; where that sets none, or nothing was asked: waited for at the end for less than so many days.
-- `value`: the days waited (0: nothing was asked).
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.days AS value
FROM signal s
WHERE s.kind IN ('stopped', 'returned_undecided') AND coalesce(s.early, s.days < :days)
