"""The pure core: rules, clocks and routing as data and functions; no file, no terminal, no clock."""
