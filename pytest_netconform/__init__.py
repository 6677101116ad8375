"""Conformance tests for network servers, as a pytest plugin and YAML suites."""

__version__ = "0.1.0"
