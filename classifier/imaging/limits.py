"""Sizes and formats of the pictures that the server accepts. Imports nothing: frontend and backend use it."""

#: Maximum size of one picture file, in bytes.
MAX_BYTES = 10 * 1024 * 1024
#: Maximum size of one WebSocket message, in bytes. A picture of ``MAX_BYTES`` fits as base64 inside JSON.
MAX_MESSAGE_BYTES = 14 * 1024 * 1024 + 64 * 1024
MAX_PIXELS = 50_000_000
#: Maximum number of pixels with 32 bits per channel, which need several times the memory.
MAX_DEEP_PIXELS = 16_000_000
#: Maximum number of scans in one JPEG. Pillow writes 10; a preview in the metadata can add as many.
MAX_JPEG_SCANS = 64

#: The common names of the formats that the server reads.
FORMATS = ("JPEG", "PNG", "WebP", "GIF", "BMP", "TIFF", "AVIF", "HEIC")
