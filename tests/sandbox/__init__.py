"""The sandbox: where programs run, and what is left of them."""
