"""Why nobody can sign in this way: Entra's numbered errors, each named once.

`code` is `AADSTS` with the number; the wire adds the OAuth error word and the status that go with it.
"""

from lightkeeper.kernel.problems import Invalid, Unauthenticated


def unknown_tenant(named: str) -> Invalid:
    """No tenant has this id or domain."""
    return Invalid(
        "AADSTS90002",
        f"Tenant '{named[:253]}' not found. Check to make sure you have the correct tenant ID and are signing into the "
        "correct cloud. Check with your subscription administrator, this may happen if there are no active "
        "subscriptions for the tenant.",
    )


def no_tenant_named() -> Invalid:
    """An application must say which tenant it means."""
    return Invalid(
        "AADSTS50059",
        "No tenant-identifying information found in either the request or implied by any provided credentials.",
    )


def unknown_client(client_id: str, tenant: str) -> Invalid:
    """The application has no service principal in the tenant."""
    return Invalid(
        "AADSTS700016",
        f"Application with identifier '{client_id[:64]}' was not found in the directory '{tenant}'. This can happen if "
        "the application has not been installed by the administrator of the tenant or consented to by any user in the "
        "tenant. You may have sent your authentication request to the wrong tenant.",
    )


def disabled_client(client_id: str) -> Invalid:
    """The application's service principal is disabled in the tenant."""
    return Invalid("AADSTS7000112", f"Application '{client_id}' is disabled.")


def wrong_secret(client_id: str) -> Unauthenticated:
    """No valid secret of the application is this one."""
    return Unauthenticated(
        "AADSTS7000215",
        "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not "
        f"the client secret ID, for a secret added to app '{client_id}'.",
    )


def expired_secret(client_id: str) -> Unauthenticated:
    """The secret is right but too old."""
    return Unauthenticated("AADSTS7000222", f"The provided client secret keys for app '{client_id}' are expired.")


def secret_missing() -> Unauthenticated:
    """A confidential application must prove who it is."""
    return Unauthenticated(
        "AADSTS7000218",
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
    )


def public_client_with_secret() -> Unauthenticated:
    """A public client has no secret that could be right."""
    return Unauthenticated(
        "AADSTS700025",
        "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
    )


def assertion_type_unsupported() -> Unauthenticated:
    """Only signed JSON web tokens are understood (RFC 7523)."""
    return Unauthenticated(
        "AADSTS50027",
        "JWT token is invalid or malformed. Set client_assertion_type to "
        "'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'.",
    )


def two_proofs() -> Invalid:
    """A program proves who it is in one way (RFC 6749, section 2.3)."""
    return Invalid(
        "AADSTS90013", "Invalid input received from the user: send 'client_secret' or 'client_assertion', not both."
    )


def wrong_password() -> Unauthenticated:
    """The password is wrong, or there is no such account: a stranger is not told which."""
    return Unauthenticated("AADSTS50126", "Error validating credentials due to invalid username or password.")


def locked() -> Unauthenticated:
    """Too many wrong passwords in a row."""
    return Unauthenticated(
        "AADSTS50053",
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password.",
    )


def disabled_account() -> Unauthenticated:
    """The account, or its guest object in the tenant, is disabled."""
    return Unauthenticated("AADSTS50057", "The user account is disabled.")


def not_in_tenant(home: str, tenant: str, client_id: str, client_name: str) -> Unauthenticated:
    """The account is neither member nor guest of the tenant."""
    return Unauthenticated(
        "AADSTS50020",
        f"User account '{{EmailHidden}}' from identity provider 'https://sts.windows.net/{home}/' does not exist in "
        f"tenant '{tenant}' and cannot access the application '{client_id}'({client_name}) in that tenant. The account "
        "needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure "
        "Active Directory user account.",
    )


def wrong_redirect(uri: str, client_id: str) -> Invalid:
    """The answer would go to an address the application never named."""
    return Invalid(
        "AADSTS50011",
        f"The redirect URI '{uri[:512]}' specified in the request does not match the redirect URIs configured for the "
        f"application '{client_id}'. Make sure the redirect URI sent in the request matches one added to your "
        "application.",
    )


def malformed_grant() -> Invalid:
    """The code or refresh token is none of ours, or was given to another program."""
    return Invalid("AADSTS9002313", "Invalid request. Request is malformed or invalid.")


def expired_grant() -> Invalid:
    """The code or refresh token is too old."""
    return Invalid(
        "AADSTS70008",
        "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive "
        "authorization request for this user and resource.",
    )


def redeemed_code() -> Invalid:
    """An authorization code is good for once."""
    return Invalid(
        "AADSTS54005",
        "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh "
        "token.",
    )


def code_for_other_tenant() -> Invalid:
    """The code was asked for at another tenant's endpoint."""
    return Invalid(
        "AADSTS700005", "Provided Authorization Code is intended to use against other tenant, thus rejected."
    )


def wrong_verifier() -> Invalid:
    """The program that redeems the code is not the one that asked for it (PKCE)."""
    return Invalid(
        "AADSTS501481",
        "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
    )


def revoked_grant() -> Invalid:
    """The session was ended: its refresh token was used twice, or the account's password changed."""
    return Invalid(
        "AADSTS50173",
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have "
        "changed or reset their password.",
    )


def device_pending() -> Invalid:
    """The person has not answered yet."""
    return Invalid("AADSTS70016", "OAuth 2.0 device flow error. Authorization is pending. Continue polling.")


def device_declined() -> Invalid:
    """The person said no."""
    return Invalid("AADSTS70017", "The end user has denied the authorization request.")


def device_expired() -> Invalid:
    """Nobody answered in time."""
    return Invalid("AADSTS70020", "The provided value for the input parameter 'device_code' is expired.")


def device_unknown() -> Invalid:
    """The code is none of ours."""
    return Invalid(
        "AADSTS70018", "The verification code is not valid. Check the code that your program shows, or start again."
    )


def login_needed() -> Invalid:
    """Nobody is signed in in this browser, and the program asked that nobody be asked."""
    return Invalid("AADSTS50058", "A silent sign-in request was sent but no user is signed in.")


def account_to_be_chosen() -> Invalid:
    """Several people are signed in in this browser, and the program asked that nobody be asked."""
    return Invalid(
        "AADSTS16000", "Several accounts are signed in, and a silent sign-in cannot choose one. Send a login_hint."
    )


def consent_missing(client_id: str, name: str) -> Invalid:
    """Nobody let the program do this."""
    return Invalid(
        "AADSTS65001",
        f"The user or administrator has not consented to use the application with ID '{client_id}' named '{name}'. "
        "Send an interactive authorization request for this user and resource.",
    )


def consent_declined() -> Invalid:
    """The person does not let the program do this."""
    return Invalid("AADSTS65004", "User declined to consent to access the app.")


def administrator_needed(name: str) -> Invalid:
    """Only administrators of applications answer for everybody in a tenant."""
    return Invalid(
        "AADSTS90094", f"An administrator of the organization must grant '{name}' the permissions it asks for."
    )


def code_needed() -> Unauthenticated:
    """The account has a second factor, and this way of signing in cannot ask for it."""
    return Unauthenticated(
        "AADSTS50076",
        "The account has a second factor, so you must use multi-factor authentication to sign in. Sign in with a "
        "browser or a device code.",
    )


def wrong_code() -> Unauthenticated:
    """The code is not what the device shows, or it was used before."""
    return Unauthenticated(
        "AADSTS500121", "Authentication failed during strong authentication request: the code is wrong or was used."
    )


def second_factor_present() -> Invalid:
    """A second factor is not replaced without a code of it."""
    return Invalid("AADSTS500119", "The account has a second factor already. Remove it first.")
