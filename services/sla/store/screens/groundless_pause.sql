-- Requests for which the clock stood still and that name no legal ground, of dossiers with at least so many of them.
-- `value`: how many the dossier has.
SELECT p.dossier, p.event, p.part, p.at, p.recorded_at, p.value
FROM (
    SELECT s.dossier, s.event, s.part, s.at, s.recorded_at,
           count(*) OVER (PARTITION BY s.dossier)::int AS value
    FROM signal s
    WHERE s.kind IN ('supplement_requested', 'intake_supplement_requested', 'payment_requested')
      AND s.pauses AND NOT s.grounded
) p
WHERE p.value >= :number
