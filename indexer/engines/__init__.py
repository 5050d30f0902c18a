"""Search engines behind the port of ``indexer.port``; nobody outside ``indexer`` and the composition root names one."""
