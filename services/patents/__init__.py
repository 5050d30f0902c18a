"""专利清单: numbers and terms of Chinese patents, lists of an institution's rights, and their bundles."""
