"""Intake: the counter. Hears routing.events and sla.events, says intake.events, owns schema `intake`.

Persons stand here and nowhere else; legacy registers come in here and by no side door.
"""
