# The archive as an image: web, worker and every command are `dangan …` in it.
#
#   docker build -t dangan:0.1.0 .
#
# Without a network: put what `make wheelhouse` made into wheelhouse/ (and .deb files into wheelhouse/debs/), have the
# base image loaded, and build with --network=none --pull=false. There is no `# syntax=` line, because the builder would
# fetch that.
#
# The base is named by version; a digest fixes it to the byte: --build-arg BASE=python:3.11.15-slim-bookworm@sha256:…
# None stands here because a digest has to be read from a registry that its writer trusts, and there was none to ask.
ARG BASE=python:3.11.15-slim-bookworm

FROM ${BASE} AS builder
ENV PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
COPY pyproject.toml README.md requirements.lock ./
COPY deploy/ deploy/
COPY archive/ archive/
COPY ingest/ ingest/
COPY search/ search/
COPY retention/ retention/
COPY admin/ admin/
COPY bench/ bench/
# The context is there while this runs, so wheelhouse/ may be missing, and what it holds gets into no layer.
RUN --mount=type=bind,target=/context deploy/collect-wheels /wheels /context/wheelhouse
# pip goes again: nothing is installed into a running container.
RUN deploy/install-wheels /wheels /opt/dangan && \
    install -D -m 644 -t /opt/dangan/libexec deploy/mongo_replica_set.py deploy/worker_health.py && \
    /opt/dangan/bin/python -m pip uninstall --quiet --yes pip setuptools

FROM ${BASE}
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="dangan" \
      org.opencontainers.image.description="档案：政务信息化项目档案系统" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="python:3.11.15-slim-bookworm"
COPY deploy/apt-packages.txt deploy/install-packages /tmp/
RUN --mount=type=bind,target=/context \
    /tmp/install-packages /tmp/apt-packages.txt /context/wheelhouse/debs && \
    rm /tmp/apt-packages.txt /tmp/install-packages && \
    groupadd --gid 10001 dangan && \
    useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dangan && \
    install -d -o 10001 -g 10001 -m 700 /var/lib/dangan /backup
COPY --from=builder /opt/dangan /opt/dangan
ENV PATH=/opt/dangan/bin:$PATH LANG=C.UTF-8 HOME=/tmp PYTHONDONTWRITEBYTECODE=1 DANGAN_DATA_DIR=/var/lib/dangan
USER 10001:10001
WORKDIR /var/lib/dangan
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --start-interval=2s --retries=4 \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
ENTRYPOINT ["dangan"]
CMD ["web", "--host", "0.0.0.0", "--port", "8000"]
