"""Legacy registers: how their files are read, what makes a row good, and what is said of it.

REGISTER has one row per dossier, STEPS any number in any order, UNITS those the catalogue lacks. Times are
ISO 8601, Việt Nam's where no offset is given; a bare date means 07:00 for a reception, else 17:00.
A step `extended` names its new date in `reason`: `until:2022-05-06`, or `until:2022-05-06;overload`.
"""
