"""Measurements, as ratios in one interleaved run: `make bench`."""
