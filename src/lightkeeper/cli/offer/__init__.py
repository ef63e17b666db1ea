"""`lightkeeper offer`: an offer as a file, checked and compared offline, brought from draft to live on the server."""
