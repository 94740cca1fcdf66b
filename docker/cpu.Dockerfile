# syntax=docker/dockerfile:1
# The program on the CPU.  docker build --file docker/cpu.Dockerfile --tag dermgemma:cpu .
#
# Images are named by tags. Who needs the very same bytes again pins digests of their own registry: --build-arg.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG BASE_IMAGE=debian:12-slim

FROM ${SWIFT_IMAGE} AS build
WORKDIR /source
# What rarely changes comes first: the packages and llama.cpp are built again only when these files change.
COPY scripts scripts
COPY kernels kernels
COPY docker/build.sh docker/build.sh
RUN docker/build.sh packages
RUN docker/build.sh llama
COPY . .
RUN docker/build.sh program /staged

FROM ${BASE_IMAGE} AS runtime
COPY docker/build.sh /tmp/docker/build.sh
RUN /tmp/docker/build.sh runtime
COPY --from=build /staged /opt/dermgemma
COPY docker/start.sh docker/healthcheck.sh /opt/dermgemma/docker/
RUN install -d -o 1000 -g 1000 /work/data /work/models
ENV PATH=/opt/dermgemma/bin:$PATH \
    HOME=/work/data \
    HF_HOME=/work/models/huggingface \
    LANG=C.UTF-8
WORKDIR /work
USER 1000:1000
EXPOSE 6565
VOLUME ["/work/data", "/work/models"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s CMD ["/opt/dermgemma/docker/healthcheck.sh"]
CMD ["/opt/dermgemma/docker/start.sh"]
