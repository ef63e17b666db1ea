"""The tables of the hierarchy and their queries; rows become model values here."""
