"""The records that everything shares: scenario, run, trace, faults, results."""
