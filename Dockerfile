# The bot in a container. Settings come from /data/config.toml and the environment, the token from BUSKER_TOKEN:
#   docker build --tag busker .
#   docker run --init --ulimit rtprio=1 --env BUSKER_TOKEN --volume busker:/data busker
# For Prometheus on this machine add `--publish 127.0.0.1:8080:8080`. With a GPU add `--gpus all`.
FROM python:3.12-slim

# An index of torch wheels for one kind of device only. Left empty, torch comes from pip's own index; on x86-64
# that one runs on the CPU and on CUDA, and is some gigabytes larger than one for the CPU alone.
ARG TORCH_INDEX=""

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

# Packages before code, so that a change of code does not install them again.
WORKDIR /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
RUN if [ -n "${TORCH_INDEX}" ]; then \
        pip install --constraint constraints.txt --index-url "${TORCH_INDEX}" torch; \
    fi \
    && pip install --constraint constraints.txt .
# On a GPU Triton compiles the attention that reads no more than there is.
RUN if [ -z "${TORCH_INDEX}" ]; then \
        apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev \
        && rm --recursive /var/lib/apt/lists/*; \
    fi

COPY audio ./audio
COPY bot ./bot
COPY cogs ./cogs
COPY models ./models
COPY words ./words

# A relative path of the settings begins at /data, so tracks, checkpoints and downloads all stay on the volume.
ENV PYTHONPATH=/app \
    HF_HOME=/data/var/hub \
    BUSKER_HEALTH__HOST=0.0.0.0 \
    BUSKER_HEALTH__PORT=8080
EXPOSE 8080
RUN useradd --uid 10001 --create-home busker && install --directory --owner busker --group busker /data
USER busker
WORKDIR /data
VOLUME ["/data"]

# The start period covers a checkpoint that is downloaded at the first start.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10m --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['BUSKER_HEALTH__PORT'] + '/healthz', timeout=4)"]

ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
