"""Settings of both roles. This file is the only reader of the environment.

Every variable is described in the README's table; a test holds the two against each other.
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
load_dotenv(BASE_DIR / ".env")  # what the environment says already stays

# --- What this process is ---------------------------------------------------------------------
ROLE = env.choice("ROLE", Role, Role.ALL)
ENVIRONMENT = env.choice("ENVIRONMENT", Environment, Environment.LOCAL)
DEBUG = env.boolean("DEBUG", default=not ENVIRONMENT.is_public)
HOST = env.text("HOST", "127.0.0.1")
PORT = env.number("PORT", 8000, minimum=1, maximum=65535)
# What is built once and only read: model, photos, static files. What is written while serving: key, database, photos.
BUILD_DIR = Path(env.text("BUILD_DIR", str(BASE_DIR / "var" / "build")))
DATA_DIR = Path(env.text("DATA_DIR", str(BASE_DIR / "var" / "data")))
if not ENVIRONMENT.is_public:
    DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.secret_key("SECRET_KEY", DATA_DIR / "secret_key", required=ENVIRONMENT.is_public)


def _hosts_of_this_machine() -> list[str]:
    """The names a browser may use for a server on this machine, its own addresses if it listens on all of them."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if HOST not in {"0.0.0.0", "::"}:  # noqa: S104 - compared, not bound
        return [*names, HOST]
    try:
        name, aliases, addresses = socket.gethostbyname_ex(socket.gethostname())
    except OSError:
        return names
    return [*names, name, *aliases, *addresses]


ALLOWED_HOSTS = env.listing("ALLOWED_HOSTS", [] if ENVIRONMENT.is_public else _hosts_of_this_machine())

# --- How the roles find each other ------------------------------------------------------------
# Empty: the page's socket is on its own host.
BACKEND_WS_URL = env.socket_url("BACKEND_WS_URL")
# Empty: only pages of the socket's own host may open it.
FRONTEND_ORIGINS = env.origins("FRONTEND_ORIGINS")

# Empty: events and rate limits stay in this process.
REDIS_URL = env.redis_url("REDIS_URL")
# Not named "default": every socket would listen to that one, and a photo would wait for Redis.
CHANNEL_LAYERS: dict[str, dict[str, Any]] = {"history": {"BACKEND": "channels.layers.InMemoryChannelLayer"}}
if REDIS_URL:
    CHANNEL_LAYERS["history"] = {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        # redis-py's own limit of 5 s would drop a line that waits for events as long (channels_redis#422).
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}]},
    }

# --- Classifying ------------------------------------------------------------------------------
MODEL_DIR = BUILD_DIR / "model"
KERAS_HOME = Path(env.text("KERAS_HOME", "~/.keras")).expanduser()
PHOTOS_DIR = BUILD_DIR / "photos"
EXAMPLES_DIR = env.text("EXAMPLES_DIR")
ENGINE = env.choice("ENGINE", Engine, Engine.LITERT)
# int8 costs half the processor time and disagrees on some verdicts: docs/decisions/0007-precision.md.
PRECISION = env.choice("PRECISION", Precision, Precision.FLOAT32)
# As many as this process may use cores; macOS has no affinity.
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
WORKERS = env.number("WORKERS", CORES, minimum=1, maximum=256)
MAX_WAITING = env.number("MAX_WAITING", 64, minimum=0, maximum=100_000)
JOB_TIMEOUT_S = env.number("JOB_TIMEOUT_S", 30, minimum=1, maximum=600)
# From SIGTERM to the end: what was accepted is finished, what was answered is recorded.
DRAIN_SECONDS = env.number("DRAIN_SECONDS", 25, minimum=1, maximum=600)
# How many proxies of ours stand before this process: each appends the address it sees to X-Forwarded-For.
TRUSTED_PROXIES = env.number("TRUSTED_PROXIES", 0, minimum=0, maximum=10)
MAX_SOCKETS = env.number("MAX_SOCKETS", 2000, minimum=1, maximum=1_000_000)
ADDRESS_SOCKETS = env.number("ADDRESS_SOCKETS", 100, minimum=1, maximum=1_000_000)
OWNER_JOBS = env.number("OWNER_JOBS", 6000, minimum=1, maximum=1_000_000)
ADDRESS_JOBS = env.number("ADDRESS_JOBS", 12_000, minimum=1, maximum=1_000_000)
ADDRESS_RATE = env.number("ADDRESS_RATE", 600, minimum=1, maximum=1_000_000)
LEGACY_SOCKET = env.boolean("LEGACY_SOCKET", default=True)
VERDICT_THRESHOLD = env.fraction("VERDICT_THRESHOLD", 0.65)

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
# English is written in templates and scripts; another language is a folder in web/locale and a line here.
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("de", "German")]
LOCALE_PATHS = [BASE_DIR / "web" / "locale"]
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SAMESITE = "Lax"
TIME_ZONE = "UTC"
USE_TZ = True

# --- What is kept -----------------------------------------------------------------------------
# Unset: SQLite in DATA_DIR.
DATABASE = env.database("DATABASE_URL")
# For platforms that hand over the password alone, as Secrets Manager does.
DATABASE_PASSWORD = env.text("DATABASE_PASSWORD")
if DATABASE:
    DATABASE["PASSWORD"] = DATABASE_PASSWORD or DATABASE["PASSWORD"]
    # A pool that checks a connection before it lends it, and gives up in seconds: nobody waits long for a dead store.
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
        # The last connection that is closed checkpoints the WAL: not after every batch of the history.
        "CONN_MAX_AGE": 60,
        # WAL lets readers go on while one process writes; IMMEDIATE makes a writer wait instead of failing.
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"},
    # Shared by all processes, and there whenever somebody can log in at all.
    "logins": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "login_failures"},
}
# Of the user that `create_staff` makes; empty: a new one, printed once.
STAFF_PASSWORD = env.text("STAFF_PASSWORD")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
KEEP_PHOTOS = env.choice("KEEP_PHOTOS", KeepPhotos, KeepPhotos.ASK)
# Kept photos: in a folder of this machine, or in a private bucket. Keys come from where boto3 looks for them.
MEDIA_ROOT = DATA_DIR / "media"
# What is on its way to the stores: a folder that is there after a restart is best.
SPOOL_DIR = Path(env.text("SPOOL_DIR", str(DATA_DIR / "spool")))
SPOOL_MB = env.number("SPOOL_MB", 256, minimum=1, maximum=1_000_000)
S3_BUCKET = env.text("S3_BUCKET")
S3_ENDPOINT = env.http_url("S3_ENDPOINT")
S3_REGION = env.text("S3_REGION")
# How long a link to a kept photo in the bucket is good.
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
# DEBUG serves them as they lie in static/; otherwise hashed and compressed from STATIC_ROOT.
STATIC_URL = "static/"
STATIC_ROOT = BUILD_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": object_storage.storage(S3_BUCKET, S3_ENDPOINT, S3_REGION, S3_LINK_S),
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
        "img-src": [SELF, "blob:", *object_storage.origins(S3_BUCKET, S3_ENDPOINT, S3_REGION)],
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
    # The outermost proxy speaks TLS and says so; daphne here does not.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if ENVIRONMENT.is_public else 0
# What the domain's other hosts do, and whether browsers list it, is for its owner to say, not for one product on it.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
SECURE_SSL_REDIRECT = ENVIRONMENT.is_public
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = ENVIRONMENT.is_public
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = LANGUAGE_COOKIE_HTTPONLY = True
if ENVIRONMENT.is_public:
    # Browsers take these from this very host over TLS only: no sibling host can plant one.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
CSRF_TRUSTED_ORIGINS = FRONTEND_ORIGINS

# Who fails to log in to the admin five times has to wait. Kept for that long: a count, under a hash of the address.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = ["ip_address"]
AXES_CLIENT_IP_CALLABLE = "project.client_address.client_address"
AXES_HANDLER = "axes.handlers.cache.AxesCacheHandler"
AXES_CACHE = "logins"
AXES_RESET_ON_SUCCESS = True
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = AXES_VERBOSE = False

# --- Logs and figures -------------------------------------------------------------------------
LOG_LEVEL = env.choice("LOG_LEVEL", LogLevel, LogLevel.INFO)
LOG_FORMAT = env.choice("LOG_FORMAT", LogFormat, LogFormat.PLAIN)
LOGGING = logs.configuration(LOG_LEVEL, LOG_FORMAT)
# Who brings it may see /metrics; without one, this machine alone.
METRICS_TOKEN = env.text("METRICS_TOKEN")
# Seconds between CloudWatch lines in the log, 0 for none.
EMF_EVERY_S = env.number("EMF_EVERY_S", 0, minimum=0, maximum=100)
EMF_NAMESPACE = env.text("EMF_NAMESPACE", "AnimalClassifier")
