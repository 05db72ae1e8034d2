"""Orchestration: one file a noun. Adapters come in only through `ports`; `wiring` builds them."""
