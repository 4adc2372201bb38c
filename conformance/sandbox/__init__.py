"""Where a program runs: launching, namespaces, peers, and the process in which all of it happens."""
