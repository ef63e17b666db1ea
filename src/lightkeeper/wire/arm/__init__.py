"""Azure Resource Manager: one operation table, one dispatcher, one file for each clause of the common contract."""
