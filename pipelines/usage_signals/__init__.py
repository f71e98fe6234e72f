"""What sites state about the use of their pages."""
