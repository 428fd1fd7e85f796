# The bot in a container. compose.yaml runs it with everything forbidden that it does not need; by hand:
#   docker build --tag busker .
#   docker run --init --ulimit rtprio=1 --env BUSKER_TOKEN --volume busker:/data busker
# For Prometheus on this machine add `--publish 127.0.0.1:8080:8080`. For an NVIDIA GPU build with `--target gpu`
# and add `--gpus all`.

# The tag is for people, the digest is what is used; dependabot moves both.
FROM python:3.12-slim@sha256:229a2c5bfa27522db7815ea81f9bed70af17ccb9de9fc7ad142b1877b5830d36 AS python

FROM python AS packages

# An index of torch wheels for one kind of device only. Left empty, torch comes from pip's own index with its hash;
# on x86-64 that one runs on the CPU and on CUDA, and is some gigabytes larger than one for the CPU alone.
ARG TORCH_INDEX=""
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /app
COPY requirements ./requirements
RUN python -m venv /venv && requirements/install /venv/bin/python run
COPY pyproject.toml README.md LICENSE ./
RUN /venv/bin/python -m pip install --no-deps --no-build-isolation .
COPY audio ./audio
RUN /venv/bin/python -m audio.musicgen.kernels.compiler /built \
    && /venv/bin/python -m pip uninstall --yes ziglang pip

# What runs: no compiler.
FROM python AS bot
ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONPATH=/app \
    PATH=/venv/bin:$PATH \
    HF_HOME=/data/var/hub \
    TRITON_CACHE_DIR=/data/var/triton \
    BUSKER_HEALTH__HOST=0.0.0.0 \
    BUSKER_HEALTH__PORT=8080
COPY --from=packages /venv /venv
WORKDIR /app
COPY audio ./audio
COPY --from=packages /built ./audio/musicgen/kernels/built
COPY bot ./bot
COPY cogs ./cogs
COPY models ./models
COPY words ./words

# A relative path of the settings begins at /data, so tracks, checkpoints and downloads all stay on the volume.
RUN useradd --uid 10001 --create-home busker && install --directory --owner busker --group busker /data
USER busker
WORKDIR /data
VOLUME ["/data"]
EXPOSE 8080

# The start period covers a checkpoint that is downloaded at the first start.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['BUSKER_HEALTH__PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]

# On a GPU Triton compiles the attention that reads no more than there is: gcc makes the part that calls it. It comes
# from Debian's archive, whose packages are signed and not held to a version here.
FROM bot AS gpu
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
    && rm --recursive /var/lib/apt/lists/*
USER busker

# The last stage is the one that is built by default.
FROM bot
