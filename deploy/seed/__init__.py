"""What a fresh system is filled with: reference data of Viet Nam, a province's year, made-up people."""
