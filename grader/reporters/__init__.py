"""Reports for CI systems, for graders of other systems and for merge requests, one format a module."""
