"""`python -m admin` is `dangan`."""

from admin.cli import main

main()
