"""Decides which slot is stepped next, and what each slot has to do."""
