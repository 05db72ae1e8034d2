"""One file a subcommand, each with NAME, HELP, DESCRIPTION, EXAMPLES, `add_arguments`, `run`."""
