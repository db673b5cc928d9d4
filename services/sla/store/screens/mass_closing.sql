-- Dossiers that one unit closed in the same short stretch, all of them near midnight or just before their deadline.
-- A stretch is twice `minutes` long; laid from `minutes` before midnight on, so that one lies around it.
-- The span asked for is read with a stretch more on either side, so that each is counted whole.
-- `value`: how many were closed in it. Legacy registers are left out: many know only days.
SELECT c.dossier, '00000000-0000-0000-0000-000000000000'::uuid AS event, 0::smallint AS part, c.at,
       NULL::timestamptz AS recorded_at, c.value
FROM (
    SELECT e.dossier, e.at,
           count(*) OVER (
               PARTITION BY e.unit, e.shifted::date, floor(extract(epoch FROM e.shifted::time) / 60 / (2 * :minutes))
           )::int AS value
    FROM (
        SELECT d.id AS dossier, d.ended_at AS at, d.competent_unit AS unit,
               d.ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh' + make_interval(mins => :minutes) AS shifted,
               (d.ended_at AT TIME ZONE 'Asia/Ho_Chi_Minh')::time - time '00:00' AS since_midnight,
               d.due_current - d.ended_at AS before_due, d.late_at - d.ended_at AS before_late
        FROM dossier d
        WHERE d.ended_at IS NOT NULL AND d.origin = 'live' AND d.state = 'stopped' AND d.ending <> 'withdrawn'
          AND d.ended_at >= :since - make_interval(mins => 2 * :minutes)
          AND d.ended_at < :until + make_interval(mins => 2 * :minutes)
    ) e
    WHERE least(e.since_midnight, interval '24 hours' - e.since_midnight) <= make_interval(mins => :minutes)
       OR e.before_due BETWEEN interval '0' AND make_interval(mins => :minutes)
       OR e.before_late BETWEEN interval '0' AND make_interval(mins => :minutes)
) c
WHERE c.value >= :dossiers
