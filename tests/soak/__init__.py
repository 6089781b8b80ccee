"""Many users for a long time, with faults: nothing diverges, and no user sees what is another's."""
