"""What a partner is given: by its rules, from what is released to it."""
