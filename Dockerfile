# One image, two binaries: `edge` and `worker`. Never run in a container by its makers so far (see README).
FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked -p edge -p worker

FROM debian:bookworm-slim
RUN useradd --system --no-create-home guichet
COPY --from=build /src/target/release/edge /src/target/release/worker /usr/local/bin/
USER guichet
ENV EDGE_ADDR=0.0.0.0:8080 LOG_FORMAT=json
EXPOSE 8080
CMD ["edge"]
