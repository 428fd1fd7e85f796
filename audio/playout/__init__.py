"""From chunks to Opus packets: processing chain, jitter buffer, source, encoder."""
