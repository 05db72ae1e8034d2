"""The review screen in parts: what it shows, how it reads, how one moves in it, and its deeds."""
