"""What operators start: the compose file, the image, the scripts beside them, the services, and what is written about them."""
