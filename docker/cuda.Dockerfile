# syntax=docker/dockerfile:1
# The program with llama.cpp's CUDA backend.  docker build --file docker/cuda.Dockerfile --tag dermgemma:cuda .
#
# The program is the CPU image's; the backend is one more library beside it, built where CUDA's compiler is. Both need no
# newer glibc and libstdc++ than Ubuntu 22.04 has.
ARG SWIFT_IMAGE=swift:6.3-bookworm
ARG CUDA_VERSION=12.4.1

FROM ${SWIFT_IMAGE} AS build
WORKDIR /source
COPY scripts scripts
COPY kernels kernels
COPY docker/build.sh docker/build.sh
RUN docker/build.sh packages
RUN docker/build.sh llama
COPY . .
RUN docker/build.sh program /staged

FROM nvidia/cuda:${CUDA_VERSION}-devel-ubuntu22.04 AS cuda
WORKDIR /source
COPY scripts scripts
COPY kernels kernels
COPY docker/build.sh docker/build.sh
RUN docker/build.sh packages
RUN docker/build.sh cuda /backend

FROM nvidia/cuda:${CUDA_VERSION}-runtime-ubuntu22.04 AS runtime
COPY docker/build.sh /tmp/docker/build.sh
RUN /tmp/docker/build.sh runtime
COPY --from=build /staged /opt/dermgemma
COPY --from=cuda /backend/libggml-cuda.so /opt/dermgemma/lib/dermgemma/
COPY docker/start.sh docker/healthcheck.sh /opt/dermgemma/docker/
RUN install -d -o 1000 -g 1000 /work/data /work/models
ENV PATH=/opt/dermgemma/bin:$PATH \
    HOME=/work/data \
    HF_HOME=/work/models/huggingface \
    LANG=C.UTF-8 \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility
WORKDIR /work
USER 1000:1000
EXPOSE 6565
VOLUME ["/work/data", "/work/models"]
HEALTHCHECK --interval=30s --timeout=10s --start-period=300s CMD ["/opt/dermgemma/docker/healthcheck.sh"]
CMD ["/opt/dermgemma/docker/start.sh"]
