"""The categories of the Azure storefront and their subcategories, by the names the marketplace uses."""

_TABLE = """
analytics-azure-apps: big-data data-analytics data-insights predictive-analytics real-time-streaming-analytics
ai-plus-machine-learning: automated-ml bot-services business-robotic-process-automation cognitive-services data-labeling data-preparation knowledge-mining ml-operations ml-service
blockchain: app-accelerators multi-node-ledger single-node-ledger single-node-leder tools
compute-azure-apps: application-infrastructure cache operating-systems
containers: container-apps container-images get-started-with-containers
database: data-lakes data-warehouse ledger-blockchain-databases nosql-databases relational-databases
developer-tools-azure-apps: developer-service scripts tools-developer-tools
devops:
identity: access-management
integration: messaging
internet-of-things-azure-apps: iot-analytics-and-data iot-connectivity iot-edge-modules iot-and-iiot-platforms iot-security iot-solutions
it-and-management-tools: business-applications management-solutions
media: content-protection live-and-on-demand-streaming media-services
migration: data-migration
mixed-reality:
monitoring-and-diagnostics:
networking: appliance-managers connectivity firewalls load-balancers
security: identity-and-access-management information-protection threat-protection
storage-azure-apps: backup-and-recovery block-file-and-object-sharing data-management enterprise-hybrid-storage
web: blogs-and-cms ecommerce web-apps web-apps-framework starter-web-apps smarter-web-apps
"""  # `single-node-leder` and `smarter-web-apps` are the marketplace's own misspellings, accepted beside the right names

CATEGORIES: dict[str, frozenset[str]] = {
    name: frozenset([*subcategories.split(), "other"])
    for name, _, subcategories in (line.partition(":") for line in _TABLE.strip().splitlines())
}


def is_category(text: str) -> bool:
    """Return whether `text` is `category` or `category/subcategory`."""
    name, slash, subcategory = text.partition("/")
    return name in CATEGORIES and (not slash or subcategory in CATEGORIES[name])
