# What `counterfoil setup pubsub` creates, for those who keep it in Terraform. Then run `setup cassandra` only.

resource "google_pubsub_topic" "orders" {
  project = var.project
  name    = var.orders_topic
}

resource "google_pubsub_topic" "payments" {
  project = var.project
  name    = var.payments_topic
}

resource "google_pubsub_topic" "dlq" {
  project = var.project
  name    = var.dlq_topic
}

# No subscription of a source has a dead-letter policy: each release counts as a delivery, and Counterfoil publishes dead
# letters itself. None has a retry policy either: an order that Pub/Sub holds back for longer than PAYMENT_GRACE comes too
# late for its payment. And none expires, however quiet it is.
resource "google_pubsub_subscription" "orders" {
  project                    = var.project
  name                       = var.orders_subscription
  topic                      = google_pubsub_topic.orders.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s" # 7 days
  expiration_policy { ttl = "" }
}

resource "google_pubsub_subscription" "payments" {
  project                    = var.project
  name                       = var.payments_subscription
  topic                      = google_pubsub_topic.payments.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s" # 7 days
  expiration_policy { ttl = "" }
}

# The longest retention that Pub/Sub has: dead letters wait for people.
resource "google_pubsub_subscription" "dlq" {
  project                    = var.project
  name                       = var.dlq_subscription
  topic                      = google_pubsub_topic.dlq.id
  ack_deadline_seconds       = 60
  message_retention_duration = "2678400s" # 31 days
  expiration_policy { ttl = "" }
}
