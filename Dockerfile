# genping in a container: non-root, nothing but the locked dependencies.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements/run.txt requirements/run.txt
RUN python -m venv /opt/genping \
 && /opt/genping/bin/pip install --quiet --disable-pip-version-check --no-deps --require-hashes --only-binary :all: -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY probes probes
COPY exporter exporter
RUN /opt/genping/bin/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --create-home --home-dir /var/lib/genping genping
COPY --from=build /opt/genping /opt/genping
ENV PATH=/opt/genping/bin:$PATH GENPING_CONFIG=/etc/genping/genping.yaml
USER genping
WORKDIR /var/lib/genping
VOLUME /var/lib/genping
EXPOSE 8811 9811
# 401: alive, and tokens are set
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import http.client as h, sys; c = h.HTTPConnection('127.0.0.1', 9811, timeout=4); c.request('GET', '/-/healthy'); sys.exit(c.getresponse().status not in (200, 401))"]
ENTRYPOINT ["genping"]
CMD ["run"]
