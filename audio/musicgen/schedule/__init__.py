"""Admission and scheduling of pieces, and the state of the slots that they are composed in."""
