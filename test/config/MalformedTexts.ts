/** What each variable refuses. */

/** For every variable that can refuse one: a text it refuses. */
export const malformedTexts: Readonly<Record<string, string>> = {
  PUBSUB_PROJECT_ID: "my project",
  PUBSUB_EMULATOR_HOST: "http://localhost:8085",
  PUBSUB_ORDERS_TOPIC: "or",
  PUBSUB_ORDERS_SUBSCRIPTION: "projects/p/topics/orders",
  PUBSUB_PAYMENTS_TOPIC: "goog-payments",
  PUBSUB_PAYMENTS_SUBSCRIPTION: "1payments",
  PUBSUB_DLQ_TOPIC: "dead letters",
  PUBSUB_DLQ_SUBSCRIPTION: "projects//subscriptions/dlq",
  CASSANDRA_CONTACT_POINTS: "db1:99999",
  CASSANDRA_LOCAL_DATACENTER: "dc'1",
  CASSANDRA_KEYSPACE: "shop; DROP TABLE x",
  CASSANDRA_REPLICATION: "dc1:0",
  CASSANDRA_CONSISTENCY: "MOST",
  CASSANDRA_TLS: "perhaps",
  CASSANDRA_TLS_CA: "a\0b",
  CASSANDRA_PASSWORD_FILE: "a\0b",
  CASSANDRA_TLS_CERT: "a\0b",
  CASSANDRA_TLS_KEY: "a\0b",
  CASSANDRA_SECURE_BUNDLE: "a\0b",
  MAX_IN_FLIGHT_WRITES: "2048",
  MAX_OUTSTANDING_MESSAGES: "1e4",
  MAX_OUTSTANDING_BYTES: "1MiB",
  MAX_ROW_BYTES: "64M",
  PAYMENT_GRACE: "30",
  WAITING_ROOM_MAX: "0",
  WAITING_ROOM_BYTES: "lots",
  MAX_RETRYING: "-1",
  SHUTDOWN_TIMEOUT: "Infinity",
  DLQ_REDRIVE_INTERVAL: "9s",
  HTTP_HOST: "localhost:8080",
  INCIDENT_DIR: "a\0b",
  HTTP_PORT: "65536",
  HTTP_TOKEN: "short",
  LOG_LEVEL: "loud",
  LOG_FORMAT: "xml",
  OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4318"
}

/** Any text is a legal user name, password; what is said of proxies is meant for other programs too. */
export const takesAnything: ReadonlyArray<string> = [
  "CASSANDRA_USERNAME",
  "CASSANDRA_PASSWORD",
  "grpc_proxy",
  "no_grpc_proxy"
]
