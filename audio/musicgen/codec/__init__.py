"""EnCodec, decoded as a stream."""
