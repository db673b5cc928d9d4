"""What intake counts. Labels stop at provinces and words of the contract: never a unit, a person or a code."""

from prometheus_client import Counter, Gauge

RECEIVED = Counter("intake_dossiers_received", "Dossiers received at the counters.", ["channel"])
REFUSED_INPUT = Counter(
    "intake_inputs_refused", "Receptions refused, by the first broken rule.", ["field", "rule"]
)
APPOINTMENTS_DIFFER = Counter(
    "intake_appointments_differing", "Times the law's clock named another moment than the slip's appointment."
)
IMPORT_ROWS = Counter("intake_import_rows", "Rows of legacy registers, by what became of them.", ["outcome"])
IMPORT_BUSY = Gauge("intake_import_busy", "1 while a register is being checked, applied or voided.")
