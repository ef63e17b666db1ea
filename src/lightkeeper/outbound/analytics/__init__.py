"""Programmatic analytics: saved queries over the reports, run on a schedule, fetched as files.

The surface is that of the commercial marketplace's analytics API; what Azure has no data set for (delegations, adoption)
is there too, under names of ours.
"""
