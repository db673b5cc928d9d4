"""Where a dossier goes: its legs, who holds it, what is asked of the applicant, and how it ends.

Hears intake.events and sla.events, says routing.events and routing.catalogue (units, successions, processes);
owns the schema `routing`.
"""
