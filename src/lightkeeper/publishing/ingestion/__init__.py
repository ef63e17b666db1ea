"""An offer as the resources of the Product Ingestion API, and back. Pure: both the server and the command line need it."""
