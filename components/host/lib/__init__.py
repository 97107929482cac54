"""What the programs on the host share: the steps of a deploy, the installed services, and the command's scripts."""
