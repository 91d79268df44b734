"""What a View answers about coverage."""
