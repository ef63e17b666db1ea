"""The world file's form: every key, what it may hold and what it says. The JSON Schema and the reader both come from here."""

from lightkeeper.directory.model import DirectoryRole
from lightkeeper.world.kinds import Choice, Field, Flag, Free, Guid, ListOf, MapOf, Nullable, Shape, Text, Texts

NAME = Text(
    r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_])?", "use letters, digits, '.', '_' and '-', at most 64", 64
)
PUBLISHER_ID = Text(r"[a-z0-9][a-z0-9-]{1,49}", "use 2 to 50 lower-case letters, digits and '-'", 50)
GROUP_NAME = Text(r"[-\w._()]{0,89}[-\w_()]", "use up to 90 letters, digits and '-_.()', not ending in a dot", 90)
MANAGEMENT_GROUP_NAME = Text(r"[A-Za-z0-9._()-]{0,89}[A-Za-z0-9_()-]", "use up to 90 letters, digits and '-_.()'", 90)
SUBSCRIPTION_NAME = Text(
    r"[A-Za-z0-9](?:[A-Za-z0-9 ._-]{0,62}[A-Za-z0-9_-])?",
    "use letters, digits, spaces, '.', '_' and '-', at most 64",
    64,
)
DOMAIN = Text(
    r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)+",
    "write a domain such as fabrikam.example",
    253,
)
REFERENCE = Text(r"[^/\s]+/[^/\s]+", "write tenant/name", 130)
MEMBER = Text(r"[^/\s]+(?:/[^/\s]+)?", "write the name of a user, group or service principal", 130)
NAMESPACE = Text(r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+", "write a resource provider such as Microsoft.Compute", 128)
RESOURCE_TYPE = Text(
    r"[A-Za-z0-9]+(?:\.[A-Za-z0-9]+)+(?:/[A-Za-z0-9._-]+)+",
    "write a type such as Microsoft.Compute/virtualMachines",
    260,
)
RESOURCE_NAME = Text(
    r"[^/\s?#%&\\]+(?: [^/\s?#%&\\]+)*(?:/[^/?#%&\\]+)*",
    "use no '/', '?', '#', '%' or '&' (a child resource is parent/child)",
    260,
)
API_VERSION = Text(r"\d{4}-\d{2}-\d{2}(?:-[a-z]+)?", "write a version such as 2024-07-01", 40)
PARTNER_ID = Text(r"[0-9]{1,10}", "write one to ten digits, in quotes", 10)
ANY = Text()
SECRET = Text(longest=512)
CERTIFICATE = Text(longest=64 * 1024)
REDIRECT = Text(r"[a-z][a-z0-9+.-]*://[^\s#\\]+", "write an address such as https://app.example/signed-in", 2048)
CREDENTIAL_NAME = Text(r"[A-Za-z0-9][A-Za-z0-9_-]{2,119}", "use 3 to 120 letters, digits, '-' and '_'", 120)

CHANNELS = ("direct", "enterpriseAgreement", "cspReseller")
STATES = ("Enabled", "Warned", "PastDue", "Disabled", "Deleted")
CLOUDS = ("AzureCloud", "AzureUSGovernment", "AzureChinaCloud")
LICENSES = ("entraIdP2", "entraIdGovernance", "emsE5")
GROUP_TYPES = ("security", "microsoft365")
MEMBER_ROLES = ("owner", "manager", "developer")
VERIFICATION = ("pending", "authorized", "rejected")

_ID = Field(Guid(), "The object id. Derived from the name when left out.")
_DIRECTORY_ROLES = Field(
    ListOf(Choice(tuple(DirectoryRole))),
    "Roles of the directory: who may read and write users, groups and applications. An application needs one even to read.",
)
_TAGS = Field(Texts(), "Tags.")

USER = Shape(
    "A user account.",
    {
        "password": Field(SECRET, "The password to sign in with; kept only as a hash. Without one nobody can sign in."),
        "guestOf": Field(REFERENCE, "Makes this a guest: the account's home, written tenant/user."),
        "displayName": Field(ANY, "The name people see; the user's name when left out."),
        "id": _ID,
        "upn": Field(ANY, "Only shown: the user principal name. Given back by `world show`; must agree when present."),
        "disabled": Field(Flag(), "Whether sign-in is blocked; false when left out."),
        "mail": Field(ANY, "A mail address; the user principal name when left out."),
        "globalAdministrator": Field(
            Flag(),
            "Whether the user is Global Administrator of the tenant and may elevate access; false when left out.",
        ),
        "directoryRoles": _DIRECTORY_ROLES,
    },
)
GROUP = Shape(
    "A group.",
    {
        "members": Field(ListOf(MEMBER), "Names of users, groups and service principals of the same tenant."),
        "owners": Field(
            ListOf(MEMBER), "Names of users and service principals of the same tenant; they may change it."
        ),
        "displayName": Field(ANY, "The name people see; the group's name when left out."),
        "description": Field(ANY, "What the group is for."),
        "id": _ID,
        "type": Field(Choice(GROUP_TYPES), "security (when left out) or microsoft365; the latter gets no roles."),
    },
)
FEDERATED_CREDENTIAL = Shape(
    "A token of another issuer that the application may sign in with.",
    {
        "issuer": Field(
            ANY, "Who signs the token: its `iss`, an https address that publishes its keys.", required=True
        ),
        "subject": Field(ANY, "Whom the token is about: its `sub`, letter for letter.", required=True),
        "audience": Field(ANY, "Whom it is for: its `aud`; api://AzureADTokenExchange when left out."),
        "description": Field(ANY, "What it is for."),
    },
)
SERVICE_PRINCIPAL = Shape(
    "An application's identity in this tenant.",
    {
        "secret": Field(SECRET, "A client secret; kept only as a hash."),
        "secrets": Field(ListOf(SECRET), "Several client secrets."),
        "certificates": Field(
            ListOf(CERTIFICATE),
            "Certificates to sign in with: PEM text, or the name of a PEM file beside the world file. Private keys in it are not read.",
        ),
        "federatedCredentials": Field(
            MapOf(FEDERATED_CREDENTIAL, CREDENTIAL_NAME), "Tokens of other issuers to sign in with, by name."
        ),
        "displayName": Field(ANY, "The name people see; the name when left out."),
        "id": _ID,
        "appId": Field(Guid(), "The application (client) id. Derived from the name when left out."),
        "directoryRoles": _DIRECTORY_ROLES,
        "redirectUris": Field(
            ListOf(REDIRECT),
            "Where its sign-ins may come back to, letter for letter; a public client may use localhost.",
        ),
        "publicClient": Field(Flag(), "Whether it is a program on people's machines, which keeps no secret."),
        "managedIdentity": Field(Flag(), "Whether it is a managed identity; such a one has no secret."),
        "disabled": Field(Flag(), "Whether sign-in is blocked; false when left out."),
    },
)
TENANT = Shape(
    "A directory.",
    {
        "domain": Field(DOMAIN, "The verified domain; NAME.example when left out."),
        "displayName": Field(ANY, "The name people see; the tenant's name when left out."),
        "countryCode": Field(
            Text("[A-Z]{2}", "write two capital letters such as US", 2), "Two letters; US when left out."
        ),
        "cloud": Field(
            Choice(CLOUDS), "The cloud it is in; AzureCloud when left out. Nothing is delegated between clouds."
        ),
        "licenses": Field(
            ListOf(Choice(LICENSES)),
            "Licences with which its people may activate eligible roles; [entraIdP2] when left out, [] for none.",
        ),
        "id": Field(Guid(), "The tenant id. Derived from the name when left out."),
        "users": Field(MapOf(USER, NAME), "Users by name; name@domain is how they sign in."),
        "groups": Field(MapOf(GROUP, NAME), "Groups by name."),
        "servicePrincipals": Field(MapOf(SERVICE_PRINCIPAL, NAME), "Service principals by name."),
    },
)
PUBLISHER = Shape(
    "A publisher account; its key is the publisher id.",
    {
        "tenant": Field(NAME, "The tenant it belongs to.", required=True),
        "displayName": Field(ANY, "The name customers see; the id when left out."),
        "programs": Field(ListOf(ANY), "Programs it is enrolled in; [commercialMarketplace] when left out."),
        "designations": Field(ListOf(ANY), "What qualifies it, such as solutionsPartner.infrastructureAzure."),
        "members": Field(
            MapOf(Choice(MEMBER_ROLES), MEMBER),
            "Who works for it: user or service principal -> owner, manager, developer.",
        ),
        "partnerIds": Field(
            ListOf(PARTNER_ID),
            "Its ids in the partner program, the account's own first, then those of further locations; one worked out "
            "from the tenant when left out.",
        ),
        "verification": Field(Choice(VERIFICATION), "Where its verification stands; authorized when left out."),
        "id": Field(ANY, "Only shown: the publisher id, the same as the key."),
    },
)
MANAGEMENT_GROUP = Shape(
    "A management group; its key is its name.",
    {
        "tenant": Field(NAME, "The tenant it belongs to.", required=True),
        "parent": Field(Nullable(MANAGEMENT_GROUP_NAME), "The management group above; null is the tenant's root."),
        "displayName": Field(ANY, "The name people see."),
        "id": Field(ANY, "Only shown: the management group's resource id."),
    },
)
PLAN = Shape(
    "The marketplace plan a resource was bought with.",
    {
        "name": Field(ANY, "Plan id.", required=True),
        "publisher": Field(ANY, "Publisher id.", required=True),
        "product": Field(ANY, "Offer id.", required=True),
        "version": Field(ANY, "Version."),
        "promotionCode": Field(ANY, "Promotion code."),
    },
)
RESOURCE = Shape(
    "A resource of any type.",
    {
        "type": Field(RESOURCE_TYPE, "The full type.", required=True),
        "name": Field(RESOURCE_NAME, "The name; parent/child for a child resource.", required=True),
        "apiVersion": Field(API_VERSION, "The api-version its properties are written in."),
        "location": Field(ANY, "Where it is; the resource group's location when left out."),
        "properties": Field(Free(), "Its properties, kept as they are."),
        "tags": _TAGS,
        "kind": Field(ANY, "Its kind."),
        "sku": Field(Free(), "Its SKU."),
        "identity": Field(Free(), "Its managed identity."),
        "plan": Field(PLAN, "The plan it was bought with."),
        "id": Field(ANY, "Only shown: the resource id."),
    },
)
RESOURCE_GROUP = Shape(
    "A resource group.",
    {
        "location": Field(ANY, "Where its metadata is; westeurope when left out."),
        "tags": _TAGS,
        "resources": Field(ListOf(RESOURCE), "What it holds."),
        "id": Field(ANY, "Only shown: the resource group's id."),
    },
)
SUBSCRIPTION = Shape(
    "A subscription; its key is its display name unless `displayName` is given.",
    {
        "tenant": Field(NAME, "The tenant it belongs to.", required=True),
        "id": Field(Guid(), "The subscription id. Derived from the name when left out."),
        "displayName": Field(ANY, "The name people see; the key when left out."),
        "state": Field(Choice(STATES), "Enabled when left out."),
        "channel": Field(Choice(CHANNELS), "How it was bought; direct when left out."),
        "managementGroup": Field(
            Nullable(MANAGEMENT_GROUP_NAME), "The management group it is in; the root when left out."
        ),
        "registeredProviders": Field(ListOf(NAMESPACE), "Resource providers registered on it."),
        "tags": _TAGS,
        "resourceGroups": Field(MapOf(RESOURCE_GROUP, GROUP_NAME), "Resource groups by name."),
    },
)
ROLE_ASSIGNMENT = Shape(
    "A role given to a principal at a scope.",
    {
        "principal": Field(REFERENCE, "Who: tenant/name of a user, group or service principal.", required=True),
        "role": Field(ANY, "The role's name or id.", required=True),
        "scope": Field(
            ANY,
            "Where: a subscription, subscription/group, a management group, tenant:NAME for a tenant's root, or an ARM id.",
            required=True,
        ),
        "id": Field(Guid(), "The assignment's name. Derived from the three above when left out."),
        "description": Field(ANY, "Why."),
    },
)
PARTNER_LINK = Shape(
    "A partner admin link: the account's access to customers counts for the partner.",
    {
        "principal": Field(REFERENCE, "Who: tenant/name of a user or service principal.", required=True),
        "partnerId": Field(PARTNER_ID, "The partner id of a publisher account.", required=True),
    },
)
WORLD = Shape(
    "A Lightkeeper world: what exists before anybody does anything.",
    {
        "tenants": Field(MapOf(TENANT, NAME), "Directories by name."),
        "publishers": Field(MapOf(PUBLISHER, PUBLISHER_ID), "Publisher accounts by publisher id."),
        "managementGroups": Field(MapOf(MANAGEMENT_GROUP, MANAGEMENT_GROUP_NAME), "Management groups by name."),
        "subscriptions": Field(MapOf(SUBSCRIPTION, SUBSCRIPTION_NAME), "Subscriptions by name."),
        "roleAssignments": Field(ListOf(ROLE_ASSIGNMENT), "Roles that hold from the start."),
        "partnerLinks": Field(ListOf(PARTNER_LINK), "Accounts that are linked to a partner from the start."),
    },
)
