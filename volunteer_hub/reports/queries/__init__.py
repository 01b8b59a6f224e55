"""Every select of the landing pages, one file for each thing that is read. Private rows take the viewer."""
