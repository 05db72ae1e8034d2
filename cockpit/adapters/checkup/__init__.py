"""The looks behind `cockpit doctor`: each asks one thing and answers "not known" when it can't."""
