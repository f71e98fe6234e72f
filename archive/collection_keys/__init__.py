"""Keys of `[collection]`, by what they are about."""
