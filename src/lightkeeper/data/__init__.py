"""Facts about the public cloud that are shipped with the package: built-in roles and the providers' operations."""
