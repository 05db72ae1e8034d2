"""Pure rules on the nouns: standard library only, no I/O, no clock."""
