"""What a run is before anything is tracked: its id, its staging area, its watchdog."""
