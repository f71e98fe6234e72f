"""The crawler acts: network, clock and terminal."""
