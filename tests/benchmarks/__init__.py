"""The benchmark: what DESIGN §14 promises, measured as the commander has it.

`python -m tests.benchmarks` (`make bench`) runs the real program on a real pseudo-terminal, a
private tmux server and real repositories, and prints one table. No test fails by time.
"""
