# cartpk with exactly the packages of requirements.lock. docs/how_to/containers.md: how to use it, and what was tried.
#   docker build --tag cartpk:0.1.0 .
# To pin the image by content as well, give the digest that `docker pull` prints: --build-arg BASE=python@sha256:...
# Any other base (a mirror's, one's own) needs Python 3.11 or newer and pip on the PATH: --build-arg BASE=...
# An index of one's own: --secret id=pip.conf,src=pip.conf; nothing of it stays in the image.
ARG BASE=python:3.11.11-slim-bookworm
FROM ${BASE}

LABEL org.opencontainers.image.title="cartpk" \
      org.opencontainers.image.version="0.1.0" \
      org.opencontainers.image.licenses="Apache-2.0"

# LOGNAME: Snakemake asks for a name, and `docker run --user` takes users that the image does not know
# CARTPK_LOCK: the manifest of a run and `cartpk iq` compare with the lock of the image
ENV LOGNAME=cartpk \
    CARTPK_LOCK=/opt/cartpk/requirements.lock \
    PYTHONUNBUFFERED=1 \
    PYTHONNOUSERSITE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    XDG_CACHE_HOME=/tmp/cache

COPY requirements.lock /opt/cartpk/
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    pip install --require-hashes --requirement /opt/cartpk/requirements.lock \
 && useradd --create-home --uid 1000 cartpk

COPY pyproject.toml README.md LICENSE /opt/cartpk/
COPY src /opt/cartpk/src
RUN --mount=type=secret,id=pip.conf,target=/etc/pip.conf \
    pip install --no-deps /opt/cartpk \
 && rm -rf /opt/cartpk/build /opt/cartpk/src/*.egg-info

USER cartpk
WORKDIR /trial
CMD ["cartpk", "--help"]
