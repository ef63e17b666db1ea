"""The operator's API: the world, the log, access, the clock. Only the holder of the data folder's key is served."""
