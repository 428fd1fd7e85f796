"""What a person can read, in every language that Busker speaks."""
