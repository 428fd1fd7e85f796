"""Sound files of members, parsed in a process of its own: the one place where they meet FFmpeg."""
