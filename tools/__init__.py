"""What works on this repository: its rules and its scaffolds. Never part of an installation."""
