"""Covey in Jupyter: the JupyterLab extension, and a TypeScript kernel that runs on the Node.js and the Covey found here."""
