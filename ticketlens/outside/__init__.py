"""What leaves this machine: which addresses a connector may reach, and how often it asks."""
