-- Requests for supplement with so few working days left before the appointment that then held (0: its own day,
-- negative: after it). `value`: those days.
SELECT s.dossier, s.event, s.part, s.at, s.recorded_at, s.days AS value
FROM signal s
WHERE s.kind IN ('supplement_requested', 'intake_supplement_requested') AND s.days <= :days
