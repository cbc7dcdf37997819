"""Settings of both roles. No other module reads the environment.

The documentation lists every variable; a test keeps that list complete.
"""

import os
import socket
from datetime import timedelta
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from dotenv import load_dotenv

from project import env, logs, object_storage
from project.roles import Engine, Environment, KeepPhotos, LogFormat, LogLevel, Precision, Role

BASE_DIR = Path(__file__).resolve().parent.parent
load_dotenv(BASE_DIR / ".env")  # does not override variables that are set

# --- Role and environment ---------------------------------------------------------------------
ROLE = env.read_choice("ROLE", Role, Role.ALL)
ENVIRONMENT = env.read_choice("ENVIRONMENT", Environment, Environment.LOCAL)
DEBUG = env.read_boolean("DEBUG", default=not ENVIRONMENT.is_public)
HOST = env.read_text("HOST", "127.0.0.1")
PORT = env.read_integer("PORT", 8000, minimum=1, maximum=65535)
# BUILD_DIR: model, example photos and static files, built once and read-only. DATA_DIR: key, database, kept photos.
BUILD_DIR = Path(env.read_text("BUILD_DIR", str(BASE_DIR / "var" / "build")))
DATA_DIR = Path(env.read_text("DATA_DIR", str(BASE_DIR / "var" / "data")))
if not ENVIRONMENT.is_public:
    DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.load_secret_key("SECRET_KEY", DATA_DIR / "secret_key", required=ENVIRONMENT.is_public)


def _hosts_of_this_machine() -> list[str]:
    """Return the host names of this machine, with its addresses if the server listens on all of them."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if HOST not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return [*names, HOST]
    try:
        name, aliases, addresses = socket.gethostbyname_ex(socket.gethostname())
    except OSError:
        return names
    return [*names, name, *aliases, *addresses]


ALLOWED_HOSTS = env.read_list("ALLOWED_HOSTS", [] if ENVIRONMENT.is_public else _hosts_of_this_machine())

# --- Connections between the roles ------------------------------------------------------------
# Empty: pages connect to their own host.
BACKEND_WS_URL = env.read_websocket_url("BACKEND_WS_URL")
# Empty: the backend accepts pages of its own host only.
FRONTEND_ORIGINS = env.read_origins("FRONTEND_ORIGINS")

# Empty: events and rate limits are not shared with other processes.
REDIS_URL = env.read_redis_url("REDIS_URL")
# Not named "default": Channels subscribes every consumer to the default layer, so each photo would wait for Redis.
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"history": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if REDIS_URL:
    CHANNEL_LAYERS["history"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py's default of 5 s would close connections that wait 5 s for an event (channels_redis#422).
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]},
    }

# --- Classification ---------------------------------------------------------------------------
MODEL_DIR = BUILD_DIR / "model"
KERAS_HOME = Path(env.read_text("KERAS_HOME", "~/.keras")).expanduser()
PHOTOS_DIR = BUILD_DIR / "photos"
EXAMPLES_DIR = env.read_text("EXAMPLES_DIR")
ENGINE = env.read_choice("ENGINE", Engine, Engine.LITERT)
# int8 takes half the processor time and gives other verdicts on some photos: docs/decisions/0007-precision.md.
PRECISION = env.read_choice("PRECISION", Precision, Precision.FLOAT32)
# Cores that this process may use. macOS has no affinity.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS = env.read_integer("WORKERS", CORES, minimum=1, maximum=256)
MAX_WAITING = env.read_integer("MAX_WAITING", 64, minimum=0, maximum=100_000)
JOB_TIMEOUT_S = env.read_integer("JOB_TIMEOUT_S", 30, minimum=1, maximum=600)
# Time limit from SIGTERM to exit, in which accepted jobs are finished and their records stored.
DRAIN_SECONDS = env.read_integer("DRAIN_SECONDS", 25, minimum=1, maximum=600)
# Number of the operator's proxies in front of this process. Each appends its client's address to X-Forwarded-For.
TRUSTED_PROXIES = env.read_integer("TRUSTED_PROXIES", 0, minimum=0, maximum=10)
MAX_SOCKETS = env.read_integer("MAX_SOCKETS", 2000, minimum=1, maximum=1_000_000)
ADDRESS_SOCKETS = env.read_integer("ADDRESS_SOCKETS", 100, minimum=1, maximum=1_000_000)
OWNER_JOBS = env.read_integer("OWNER_JOBS", 6000, minimum=1, maximum=1_000_000)
ADDRESS_JOBS = env.read_integer("ADDRESS_JOBS", 12_000, minimum=1, maximum=1_000_000)
ADDRESS_RATE = env.read_integer("ADDRESS_RATE", 600, minimum=1, maximum=1_000_000)
LEGACY_SOCKET = env.read_boolean("LEGACY_SOCKET", default=True)
VERDICT_THRESHOLD = env.read_fraction("VERDICT_THRESHOLD", 0.65)

# --- Django -----------------------------------------------------------------------------------
ROOT_URLCONF = "project.urls"
ASGI_APPLICATION = "project.asgi.application"
INSTALLED_APPS = [
    "project",
    "daphne",
    "channels",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "servestatic",
    "csp",
    "axes",
    "classifier",
    "web",
]
MIDDLEWARE = [
    "project.health.health_middleware",
    "project.metrics.metrics_middleware",
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
    "web.unavailable.DatabaseUnavailable",
]
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
# Templates and scripts hold English. Another language needs a folder in web/locale and an entry here.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "German")]
LOCALE_PATHS = [BASE_DIR / "web" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

# --- Database and photo storage ---------------------------------------------------------------
# Empty: SQLite in DATA_DIR.
DATABASE = env.read_database("DATABASE_URL")
# For platforms that provide the password separately, as AWS Secrets Manager does.
DATABASE_PASSWORD = env.read_text("DATABASE_PASSWORD")
if DATABASE:
    DATABASE["PASSWORD"] = DATABASE_PASSWORD or DATABASE["PASSWORD"]
    # The pool checks each connection before use. Timeouts of seconds keep requests short during a database outage.
    DATABASE["OPTIONS"] = {
        "connect_timeout": 3,
        **DATABASE.get("OPTIONS", {}),
        "pool": {"min_size": 1, "max_size": 8, "timeout": 5, "reconnect_timeout": 5},
    }
DATABASES = {
    "default": DATABASE
    or {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": DATA_DIR / "db.sqlite3",
        # SQLite checkpoints the WAL when the last connection closes; keep it open between batches of records.
        "CONN_MAX_AGE": 60,
        # WAL: readers continue during a write. IMMEDIATE: a second writer waits instead of failing.
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # In the database, so that all processes share the counts; a login needs the database anyway.
    "logins": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "login_failures"},
}
# Password for the user of `create_staff`. Empty: the command generates a password and prints it once.
STAFF_PASSWORD = env.read_text("STAFF_PASSWORD")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
KEEP_PHOTOS = env.read_choice("KEEP_PHOTOS", KeepPhotos, KeepPhotos.ASK)
# Kept photos are in MEDIA_ROOT or, with S3_BUCKET, in a private bucket. boto3 finds its own credentials.
MEDIA_ROOT = DATA_DIR / "media"
# Records wait here for the stores. The folder should survive a restart.
SPOOL_DIR = Path(env.read_text("SPOOL_DIR", str(DATA_DIR / "spool")))
SPOOL_MB = env.read_integer("SPOOL_MB", 256, minimum=1, maximum=1_000_000)
S3_BUCKET = env.read_text("S3_BUCKET")
S3_ENDPOINT = env.read_http_url("S3_ENDPOINT")
S3_REGION = env.read_text("S3_REGION")
# Seconds for which a signed link to a photo in the bucket is valid.
S3_LINK_S = 300
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Static files -----------------------------------------------------------------------------
# With DEBUG from static/, otherwise hashed and compressed from STATIC_ROOT.
STATIC_URL = "static/"
STATIC_ROOT = BUILD_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": object_storage.build_storage_setting(S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_LINK_S),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "project.staticfiles.HashedModules"
    },
}
SERVESTATIC_USE_FINDERS = DEBUG
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_USE_MANIFEST = not DEBUG

# --- Security ---------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "worker-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", *object_storage.list_link_origins(S3_BUCKET, S3_ENDPOINT, S3_REGION)],
        "connect-src": [SELF, *([BACKEND_WS_URL] if BACKEND_WS_URL else [])],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
if TRUSTED_PROXIES:
    # The outermost proxy terminates TLS and sets this header.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.is_public else 0
# HSTS for subdomains (W005) and preload (W021) are decisions of the domain's owner, not of one host.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = ENVIRONMENT.is_public
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_public
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
if ENVIRONMENT.is_public:
    # Browsers accept __Host- cookies only from this host over TLS, so a sibling host cannot set them.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_TRUSTED_ORIGINS = FRONTEND_ORIGINS

# Five failed logins block an address for the cool-off time. Until then a count is stored under the address's hash.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_CLIENT_IP_CALLABLE = "project.client_address.client_address"
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_CACHE = "logins"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# --- Logs and metrics -------------------------------------------------------------------------
LOG_LEVEL = env.read_choice("LOG_LEVEL", LogLevel, LogLevel.INFO)
LOG_FORMAT = env.read_choice("LOG_FORMAT", LogFormat, LogFormat.PLAIN)
LOGGING = logs.build_logging_setting(LOG_LEVEL, LOG_FORMAT)
# Bearer token for /metrics. Empty: only this machine may read /metrics.
METRICS_TOKEN = env.read_text("METRICS_TOKEN")
# Seconds between CloudWatch metric lines in the log; 0 disables them.
EMF_EVERY_S = env.read_integer("EMF_EVERY_S", 0, minimum=0, maximum=100)
EMF_NAMESPACE = env.read_text("EMF_NAMESPACE", "AnimalClassifier")
