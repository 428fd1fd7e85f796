"""Who may do what: permissions, rights, quotas."""
