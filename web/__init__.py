"""The door: HTML pages, the JSON API, the command line, access rules, and the one table exception → HTTP."""
