"""Evaluation of the exported model: prompt adherence, audio analysis, report."""
