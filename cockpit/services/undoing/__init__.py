"""How each kind of step is undone: the contract, a module a kind, and the table of all."""
