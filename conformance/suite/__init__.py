"""The conformance tests: one file for each group of the catalogue, one test for each requirement."""
