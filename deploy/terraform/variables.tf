variable "project" {
  description = "The project of the topics and subscriptions: PUBSUB_PROJECT_ID."
  type        = string
}

# The defaults are those of docs/configuration.md.
variable "orders_topic" {
  description = "PUBSUB_ORDERS_TOPIC"
  type        = string
  default     = "orders_data"
}

variable "orders_subscription" {
  description = "PUBSUB_ORDERS_SUBSCRIPTION"
  type        = string
  default     = "orders_data-sub"
}

variable "payments_topic" {
  description = "PUBSUB_PAYMENTS_TOPIC"
  type        = string
  default     = "payment_data"
}

variable "payments_subscription" {
  description = "PUBSUB_PAYMENTS_SUBSCRIPTION"
  type        = string
  default     = "payment_data-sub"
}

variable "dlq_topic" {
  description = "PUBSUB_DLQ_TOPIC"
  type        = string
  default     = "dlq_payments_data"
}

variable "dlq_subscription" {
  description = "PUBSUB_DLQ_SUBSCRIPTION"
  type        = string
  default     = "dlq_payments_data-sub"
}

variable "publishers" {
  description = "Who publishes orders and payments, as IAM members (serviceAccount:…)."
  type        = set(string)
  default     = []
}

variable "kubernetes_namespace" {
  description = "Where GKE runs Counterfoil; empty where it does not. Its service accounts may then act as those here."
  type        = string
  default     = ""
}

variable "run_redrives" {
  description = "Whether `run` may redrive dead letters by itself (DLQ_REDRIVE_INTERVAL)."
  type        = bool
  default     = false
}
