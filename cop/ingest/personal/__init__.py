"""Personal data: columns about persons, by their names in four languages and by their cells."""
