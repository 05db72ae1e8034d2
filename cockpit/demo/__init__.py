"""`cockpit demo`: a throw-away repository, scripted agents, and the whole flow through them.

Everything here is real but the model: the agents are programs in real panes that edit files,
run tests and commit, in a real repository. `agent` (with `terminal`, `canvas`, `script` and
`steps`) is the program that runs in a lane and imports nothing of the rest of cockpit;
`repository` builds the repository; `flow` drives it all without a terminal.
"""
