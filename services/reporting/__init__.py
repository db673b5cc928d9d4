"""Turns everything said into on-time rates. Hears intake, routing and sla; says nothing; owns schema reporting."""
