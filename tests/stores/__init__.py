"""What every store must do alike on both databases."""
