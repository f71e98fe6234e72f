"""The data a page carries beside its markup: JSON-LD, framework state, React elements."""
