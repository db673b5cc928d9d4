"""The legal clock: when each dossier is due, whether it is late, and who holds it.

Hears intake.events and routing.events, says sla.events and sla.catalogue (calendar decisions, rule sets);
owns the schema `sla`.
"""
