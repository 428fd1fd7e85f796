"""Tools for the operator: logs, metrics, health, the doctor, composing offline."""
