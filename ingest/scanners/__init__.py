"""Looking for viruses in what arrives: the port, nobody (`none`), and ClamAV's daemon (`clamd`)."""
