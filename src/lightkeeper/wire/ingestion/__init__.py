"""The Product Ingestion API, `/rp/product-ingestion`: offers as declared resources. A translator without rules."""
