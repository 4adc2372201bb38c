"""The command line and pytest as their users meet them."""
