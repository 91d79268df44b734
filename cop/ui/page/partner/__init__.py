"""The Partners page: whom this server exchanges with, and what each of them gets."""
