"""Partner Center's pages: the publisher's account, its offers, leads, notices and reports, and the reviewer's desk."""
