"""What routing counts about itself. Outcomes and open dossiers are reporting's."""

from prometheus_client import Counter, Gauge

SAID = Counter("routing_said", "Events said about dossiers.", ["type"])
FACTS_IGNORED = Counter(
    "routing_facts_ignored", "Facts that contradict the state they met; kept, listed, without effect."
)
DEFAULT_PROCESS = Counter(
    "routing_default_process", "Dossiers without a process in the catalogue: one leg at the competent unit."
)
MOVED = Counter("routing_dossiers_moved", "Dossiers passed to the successor of a unit that ended.")
WITHOUT_SUCCESSOR = Gauge(
    "routing_units_without_successor", "Ended units with open dossiers and no known successor."
)
REFUSED = Counter("routing_steps_refused", "Steps refused at the API.", ["rule"])
