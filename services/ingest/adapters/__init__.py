"""Ingest's outside world: the spool's files, connections that compete, and the probe's process."""
