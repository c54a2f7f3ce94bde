"""What was found out before: answers that still hold because nothing that they rest on has changed."""
