"""Which words a resource may not be called by.

Pure. Source: the documentation page "Resolve errors for reserved resource names". The comparison ignores case.
"""

RESERVED = frozenset(
    [
        "access", "app_browsers", "app_code", "app_data", "app_globalresources", "app_localresources", "app_themes",
        "app_webreferences", "azure", "bing", "bizspark", "biztalk", "cortana", "directx", "dotnet", "dynamics", "excel",
        "exchange", "forefront", "groove", "hololens", "hyperv", "kinect", "lync", "msdn", "o365", "office", "office365",
        "onedrive", "onenote", "outlook", "powerpoint", "sharepoint", "skype", "visio", "visualstudio", "web.config", "xbox",
    ]
)  # fmt: skip
"""Words that a name may contain but not be."""

RESERVED_ANYWHERE = ("microsoft", "windows")
RESERVED_IN_FRONT = ("login",)


def is_reserved(name: str) -> bool:
    """Return whether the name is a reserved word, contains one that must not be contained, or begins with one."""
    lowered = name.lower()
    return (
        lowered in RESERVED
        or any(word in lowered for word in RESERVED_ANYWHERE)
        or lowered.startswith(RESERVED_IN_FRONT)
    )
