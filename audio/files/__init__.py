"""Sound files: finished tracks, their pictures, and recordings that members bring."""
