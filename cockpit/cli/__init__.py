"""The command line: everything a key does, a command does (DESIGN §12).

`main` is all that a start imports; `registry` knows the commands without importing them,
`dispatch` runs one, `output` alone writes. Textual is loaded by `up` and `demo` only.
"""
