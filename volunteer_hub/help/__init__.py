"""Help: a short guide for each role, and a link from each page to the part that explains it."""
