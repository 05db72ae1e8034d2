"""What `cockpit doctor` judges: facts about this machine in, findings out. No I/O."""
