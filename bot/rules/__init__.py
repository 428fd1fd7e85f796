"""Permissions, rights and quotas: who may do what."""
