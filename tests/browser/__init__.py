"""JupyterLab on the course, driven in a real browser."""
