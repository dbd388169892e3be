"""Not trusted: what runs in the same process as a submission, and the zygote that forks it."""
