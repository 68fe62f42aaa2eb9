# cartpk with exactly the packages of requirements.lock. docs/how_to/containers.md: how to use it, and what was tried.
#   docker build --tag cartpk:0.1.0 .
# To pin the image by content as well, replace the tag by the digest that `docker pull` prints.
FROM python:3.11.11-slim-bookworm

LABEL org.opencontainers.image.title="cartpk" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

ENV PYTHONUNBUFFERED=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    XDG_CACHE_HOME=/tmp/cache

COPY requirements.lock pyproject.toml README.md LICENSE /opt/cartpk/
COPY src /opt/cartpk/src

RUN pip install --require-hashes --requirement /opt/cartpk/requirements.lock \
 && pip install --no-deps /opt/cartpk \
 && useradd --create-home --uid 1000 cartpk

USER cartpk
WORKDIR /trial
CMD ["cartpk", "--help"]
