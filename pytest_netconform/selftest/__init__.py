"""The bundled suites held against the bundled servers: what is right passes, each defect is caught."""
