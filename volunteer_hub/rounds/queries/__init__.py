"""Every select of this area: rounds and proposals, the rows of their pages, a programme's settings."""
