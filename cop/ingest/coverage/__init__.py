"""What sensors see, built anew where a sensor, its state or the heights change."""
