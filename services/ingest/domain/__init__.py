"""What uploads and clips are: values and rules without I/O, clock or framework."""
