"""The public regions of Azure: names, places, pairs.

Facts as `az account list-locations` of the public cloud prints them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

GLOBAL = "global"

_TABLE = """
eastus|East US|US|United States|Virginia|37.3719|-79.8164|westus|Recommended
eastus2|East US 2|US|United States|Virginia|36.6681|-78.3889|centralus|Recommended
southcentralus|South Central US|US|United States|Texas|29.4167|-98.5|northcentralus|Recommended
westus2|West US 2|US|United States|Washington|47.233|-119.852|westcentralus|Recommended
westus3|West US 3|US|United States|Phoenix|33.448376|-112.074036|eastus|Recommended
australiaeast|Australia East|Asia Pacific|Australia|New South Wales|-33.86|151.2094|australiasoutheast|Recommended
southeastasia|Southeast Asia|Asia Pacific|Asia Pacific|Singapore|1.283|103.833|eastasia|Recommended
northeurope|North Europe|Europe|Europe|Ireland|53.3478|-6.2597|westeurope|Recommended
swedencentral|Sweden Central|Europe|Sweden|Gävle|60.67488|17.14127|swedensouth|Recommended
uksouth|UK South|Europe|United Kingdom|London|50.941|-0.799|ukwest|Recommended
westeurope|West Europe|Europe|Europe|Netherlands|52.3667|4.9|northeurope|Recommended
centralus|Central US|US|United States|Iowa|41.5908|-93.6208|eastus2|Recommended
southafricanorth|South Africa North|Africa|South Africa|Johannesburg|-25.73134|28.21837|southafricawest|Recommended
centralindia|Central India|Asia Pacific|India|Pune|18.5822|73.9197|southindia|Recommended
eastasia|East Asia|Asia Pacific|Asia Pacific|Hong Kong|22.267|114.188|southeastasia|Recommended
indonesiacentral|Indonesia Central|Asia Pacific|Indonesia|Jakarta|-6.208763|106.845599||Recommended
japaneast|Japan East|Asia Pacific|Japan|Tokyo, Saitama|35.68|139.77|japanwest|Recommended
japanwest|Japan West|Asia Pacific|Japan|Osaka|34.6939|135.5022|japaneast|Recommended
koreacentral|Korea Central|Asia Pacific|Korea|Seoul|37.5665|126.978|koreasouth|Recommended
malaysiawest|Malaysia West|Asia Pacific|Malaysia|Kuala Lumpur|3.140853|101.693207||Recommended
newzealandnorth|New Zealand North|Asia Pacific|New Zealand|Auckland|-36.84853|174.76349||Recommended
canadacentral|Canada Central|Canada|Canada|Toronto|43.653|-79.383|canadaeast|Recommended
austriaeast|Austria East|Europe|Austria|Vienna|48.2201|16.3797||Recommended
belgiumcentral|Belgium Central|Europe|Belgium|Brussels|50.83749|4.35568||Recommended
francecentral|France Central|Europe|France|Paris|46.3772|2.373|francesouth|Recommended
germanywestcentral|Germany West Central|Europe|Germany|Frankfurt|50.110924|8.682127|germanynorth|Recommended
italynorth|Italy North|Europe|Italy|Milan|45.46888|9.18109||Recommended
norwayeast|Norway East|Europe|Norway|Norway|59.913868|10.752245|norwaywest|Recommended
polandcentral|Poland Central|Europe|Poland|Warsaw|52.23334|21.01666||Recommended
spaincentral|Spain Central|Europe|Spain|Madrid|40.4259|3.4209||Recommended
switzerlandnorth|Switzerland North|Europe|Switzerland|Zurich|47.451542|8.564572|switzerlandwest|Recommended
mexicocentral|Mexico Central|Mexico|Mexico|Querétaro State|20.588818|-100.389888||Recommended
uaenorth|UAE North|Middle East|UAE|Dubai|25.266666|55.316666|uaecentral|Recommended
brazilsouth|Brazil South|South America|Brazil|Sao Paulo State|-23.55|-46.633|southcentralus|Recommended
chilecentral|Chile Central|South America|Chile|Santiago|-33.447487|-70.673676||Recommended
israelcentral|Israel Central|Middle East|Israel|Israel|31.2655698|33.4506633||Recommended
qatarcentral|Qatar Central|Middle East|Qatar|Doha|25.551462|51.439327||Recommended
northcentralus|North Central US|US|United States|Illinois|41.8819|-87.6278|southcentralus|Other
westus|West US|US|United States|California|37.783|-122.417|eastus|Other
jioindiawest|Jio India West|Asia Pacific|India|Jamnagar|22.470701|70.05773|jioindiacentral|Other
westcentralus|West Central US|US|United States|Wyoming|40.89|-110.234|westus2|Other
southafricawest|South Africa West|Africa|South Africa|Cape Town|-34.075691|18.843266|southafricanorth|Other
australiacentral|Australia Central|Asia Pacific|Australia|Canberra|-35.3075|149.1244|australiacentral2|Other
australiacentral2|Australia Central 2|Asia Pacific|Australia|Canberra|-35.3075|149.1244|australiacentral|Other
australiasoutheast|Australia Southeast|Asia Pacific|Australia|Victoria|-37.8136|144.9631|australiaeast|Other
jioindiacentral|Jio India Central|Asia Pacific|India|Nagpur|21.146633|79.08886|jioindiawest|Other
koreasouth|Korea South|Asia Pacific|Korea|Busan|35.1796|129.0756|koreacentral|Other
southindia|South India|Asia Pacific|India|Chennai|12.9822|80.1636|centralindia|Other
westindia|West India|Asia Pacific|India|Mumbai|19.088|72.868|southindia|Other
canadaeast|Canada East|Canada|Canada|Quebec|46.817|-71.217|canadacentral|Other
francesouth|France South|Europe|France|Marseille|43.8345|2.1972|francecentral|Other
germanynorth|Germany North|Europe|Germany|Berlin|53.073635|8.806422|germanywestcentral|Other
norwaywest|Norway West|Europe|Norway|Norway|58.969975|5.733107|norwayeast|Other
swedensouth|Sweden South|Europe|Sweden|Malmö|55.60587|13.0007|swedencentral|Other
switzerlandwest|Switzerland West|Europe|Switzerland|Geneva|46.204391|6.143158|switzerlandnorth|Other
ukwest|UK West|Europe|United Kingdom|Cardiff|53.427|-3.084|uksouth|Other
uaecentral|UAE Central|Middle East|UAE|Abu Dhabi|24.466667|54.366669|uaenorth|Other
brazilsoutheast|Brazil Southeast|South America|Brazil|Rio|-22.90278|-43.2075|brazilsouth|Other
eastus2euap|East US 2 EUAP|US|Canary (US)|Virginia|36.6681|-78.3889|centraluseuap|Other
centraluseuap|Central US EUAP|US|Canary (US)|Iowa|41.5908|-93.6208|eastus2euap|Other
"""


@dataclass(frozen=True, slots=True)
class Region:
    """One region."""

    name: str
    display_name: str
    geography_group: str
    geography: str
    place: str
    latitude: str
    longitude: str
    pair: str
    category: str


@cache
def regions() -> Sequence[Region]:
    """Return every region, the recommended ones first."""
    return tuple(Region(*line.split("|")) for line in _TABLE.strip().splitlines())


@cache
def _by_name() -> Mapping[str, Region]:
    return {region.name: region for region in regions()}


def region_of(name: str) -> Region | None:
    """Return the region of this normal name."""
    return _by_name().get(name)


def normal(location: str) -> str:
    """Return a location's normal name: `West Europe` and `westeurope` are one place."""
    return location.replace(" ", "").lower()


def is_location(name: str) -> bool:
    """Return whether resources may live at this normal name: a region, or no region in particular."""
    return name == GLOBAL or name in _by_name()
