"""What an operator needs: logs, metrics, health, the doctor, composing offline."""
