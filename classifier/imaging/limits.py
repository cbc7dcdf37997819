"""Limits and formats of the pictures that the product accepts. Imports nothing, so every role can read it."""

#: Of one picture file.
MAX_BYTES = 10 * 1024 * 1024
#: Of one WebSocket message: a picture of ``MAX_BYTES`` as base64 inside JSON fits.
MAX_MESSAGE_BYTES = 14 * 1024 * 1024 + 64 * 1024
MAX_PIXELS = 50_000_000
#: Of pictures with 32 bits per channel, which need several times the memory.
MAX_DEEP_PIXELS = 16_000_000
#: Scans of one JPEG. Pillow writes progressive JPEGs with 10; a preview in the metadata can add as many.
MAX_JPEG_SCANS = 64

#: The formats that are read, by their common names.
FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
