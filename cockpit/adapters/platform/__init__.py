"""What differs between operating systems, and nowhere else (a test keeps it here).

Linux is what cockpit is developed on; other POSIX systems get the best that they offer. What
a system can't tell is `Unseen`, never "gone" and never "nobody".
"""
