"""How étude, the small model that ships with Busker, is made: composed, played, learned, heard."""
