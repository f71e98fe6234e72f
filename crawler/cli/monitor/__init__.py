"""The commands that tell what happened in runs: to a person, and to programs that watch."""
