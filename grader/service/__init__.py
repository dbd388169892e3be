"""The daemon that keeps judges and zygotes ready, and those who ask it for grades."""
