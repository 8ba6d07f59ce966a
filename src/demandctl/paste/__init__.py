"""Text in: a copied chat as drafts of demands."""
