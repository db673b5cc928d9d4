"""The `motcua` command: starts the stack, and asks the services over HTTP."""
