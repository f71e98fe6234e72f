"""Schedules, imports and exports, withdrawal, single pages, and the checks of this machine."""
