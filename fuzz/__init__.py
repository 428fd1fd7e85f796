"""Sound files of every kind, good, odd and hostile, and a fuzzer that damages them for the media process."""
