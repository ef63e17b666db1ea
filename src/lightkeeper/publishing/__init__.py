"""The publisher's side: accounts, offers with plans and manifests, the rules, certification, the way from draft to live."""
