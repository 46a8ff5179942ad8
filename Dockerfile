# TicketLens alone, without tickets and without a store: `docker build .`, or by compose.yaml.
FROM python:3.11-slim AS build
# Where PyTorch keeps its builds for the processor alone; without it torch comes with 2 GB of libraries that are not used.
ARG PIP_EXTRA_INDEX_URL=""
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
RUN python -m venv /opt/ticketlens
COPY setup.cfg pyproject.toml constraints.txt README.md LICENSE MANIFEST.in ./
COPY ticketlens ticketlens
COPY connectors connectors
COPY clustering clustering
COPY web web
RUN /opt/ticketlens/bin/pip install --constraint constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 ticketlens
COPY --from=build /opt/ticketlens /opt/ticketlens
ENV PATH=/opt/ticketlens/bin:$PATH PYTHONUNBUFFERED=1 HF_HUB_OFFLINE=1
USER ticketlens
WORKDIR /home/ticketlens
EXPOSE 8000
ENTRYPOINT ["ticketlens"]
CMD ["serve", "--web-only", "--host", "0.0.0.0"]
