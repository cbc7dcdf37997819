"""Storage of kept photos: a local folder or a private S3 bucket."""

from typing import Any


def build_storage_setting(bucket: str, endpoint: str, region: str, link_s: int) -> dict[str, Any]:
    """Return Django's setting of the photo storage. Signed links into the bucket are valid for ``link_s`` seconds."""
    if not bucket:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"allow_overwrite": True}}
    from botocore.config import Config  # noqa: PLC0415 - botocore takes 30 MB, which only a bucket needs

    config = Config(
        signature_version="s3v4",
        s3={"addressing_style": "path" if endpoint else "virtual"},
        connect_timeout=3,
        read_timeout=10,
        retries={"total_max_attempts": 2},
    )
    options = {
        "bucket_name": bucket,
        "endpoint_url": endpoint or None,
        "region_name": region or None,
        "querystring_expire": link_s,
        "object_parameters": {"CacheControl": f"private, max-age={link_s}"},
        "client_config": config,
    }
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def list_link_origins(bucket: str, endpoint: str, region: str) -> list[str]:
    """Return the origins of signed links into the bucket, for the Content-Security-Policy."""
    if not bucket:
        return []
    return [endpoint or f"https://{bucket}.{f's3.{region}' if region else 's3'}.amazonaws.com"]
