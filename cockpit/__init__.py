"""cockpit: supervise several AI coding agents on one repository, a lane each."""

__version__ = "0.1.0"
