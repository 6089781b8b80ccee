"""Many people for a long time, with faults: nothing diverges, and nobody sees what is another's."""
