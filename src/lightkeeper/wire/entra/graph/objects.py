"""Directory objects in Graph's shape."""

from typing import Any

from lightkeeper.directory.model import Group, Principal, ServicePrincipal, User

KIND = {"User": "#microsoft.graph.user", "Group": "#microsoft.graph.group"}


def graph_object(principal: Principal, *, typed: bool = False) -> dict[str, Any]:
    """Return an object as Graph writes it; `typed` adds `@odata.type`, which mixed lists carry."""
    body: dict[str, Any] = {}
    if typed:
        body["@odata.type"] = KIND.get(principal.type.value, "#microsoft.graph.servicePrincipal")
    body |= {"id": principal.id, "displayName": principal.display_name}
    if isinstance(principal, User):
        body |= {
            "userPrincipalName": principal.upn,
            "mail": principal.mail or None,
            "userType": principal.user_type.value,
            "accountEnabled": principal.enabled,
            "givenName": None,
            "surname": None,
            "jobTitle": None,
            "mobilePhone": None,
            "officeLocation": None,
            "preferredLanguage": None,
            "businessPhones": [],
        }
    elif isinstance(principal, Group):
        body |= {
            "description": principal.description or None,
            "groupTypes": [],
            "mail": None,
            "mailEnabled": principal.mail_enabled,
            "mailNickname": principal.mail_nickname,
            "securityEnabled": principal.security_enabled,
        }
    elif isinstance(principal, ServicePrincipal):
        body |= {
            "appId": principal.app_id,
            "appDisplayName": principal.display_name,
            "accountEnabled": principal.enabled,
            "servicePrincipalType": principal.kind.value,
            "servicePrincipalNames": [principal.app_id],
            "appRoles": [],
            "oauth2PermissionScopes": [],
            "tags": [],
        }
    return body
