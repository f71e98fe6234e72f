"""Pages in a Chromium whose every exchange is recorded."""
