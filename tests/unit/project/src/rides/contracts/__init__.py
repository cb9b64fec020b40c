"""What the data of this project is."""
