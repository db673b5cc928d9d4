-- Results handed over long after they were stated: the clock had been stopped by a result nobody got.
-- `value`: days from the result to its return.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.days AS value
FROM signal s
WHERE s.kind = 'returned' AND s.days >= :days
