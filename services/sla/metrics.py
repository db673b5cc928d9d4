"""What sla counts about itself. Outcomes and open dossiers are reporting's."""

from prometheus_client import Counter, Gauge, Histogram

TIMER_LAG = Histogram(
    "sla_timer_lag_seconds",
    "From the moment of a rung to the commit that told it.",
    buckets=(0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3600),
)
ALARMS_OLDEST = Gauge(
    "sla_alarms_oldest_timestamp_seconds", "Moment of the oldest rung not told yet; 0 if none is due."
)
RUNGS = Counter("sla_rungs", "Rungs told.", ["rung"])
PROVISIONAL = Counter("sla_rungs_provisional", "Rungs told although our inputs could not be confirmed.")
DOSSIERS_FOLDED = Counter("sla_dossiers_folded", "Dossiers refolded because facts arrived.")
SAID = Counter("sla_said", "Events said about dossiers.", ["type"])
RULE_SETS_EDITED = Gauge(
    "sla_rule_sets_edited",
    "Rule sets that were changed under the same code and version since the last start.",
)
APPOINTMENT_DIFFERS = Counter(
    "sla_appointment_differs", "Dossiers whose slip names another appointment than the clock."
)
RECOMPUTED = Counter("sla_recomputed", "Dossiers refolded because a calendar decision was published.")
RECOMPUTE_PENDING = Gauge("sla_recompute_pending", "Calendar decisions whose recomputation is not finished.")
APOLOGIES = Gauge(
    "sla_apologies",
    "Dossiers by what became of apology and re-appointment; a dossier may be in more than one state.",
    ["state"],
)
