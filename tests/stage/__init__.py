"""The stage: where programs run, and what is left of them."""
