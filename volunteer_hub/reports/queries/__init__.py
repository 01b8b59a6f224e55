"""Every select of the landing pages and the board, one module per subject. Queries of private rows take the viewer."""
