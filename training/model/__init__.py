"""The codec and the language model: shapes, batches, training, export."""
