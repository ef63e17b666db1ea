"""The main job, told: `python -m demo`, or `make demo`."""
