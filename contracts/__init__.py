"""What the services say to each other: pydantic models only, no input or output.

Change is additive. A breaking change is a `.v2` beside the `.v1`.
"""
