"""The publisher's API: translators between HTTP and publishing, without rules of their own."""
