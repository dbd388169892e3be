"""The bytes between processes: what both sides of a connection must agree on."""
