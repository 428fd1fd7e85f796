"""Makers of sound files: what FFmpeg writes, and containers that are put together by hand."""
