"""Reading what a program or a submission wrote, in a process of its own with limits: the suite gets a small answer."""
