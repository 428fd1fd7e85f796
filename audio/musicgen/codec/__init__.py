"""EnCodec's decoder as a stream."""
