"""Makes étude, the small model that ships with Busker: data, training, export and evaluation."""
