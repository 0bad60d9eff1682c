# An account for each command, with rights on single topics and subscriptions. docs/access.md says why each is needed,
# and a test compares the two.

locals {
  commands = toset(["run", "dlq", "restore", "doctor"])

  subscription_rights = merge(
    {
      "run consumes orders"            = { command = "run", subscription = google_pubsub_subscription.orders.name, role = "roles/pubsub.subscriber" }
      "run notices a deleted topic"    = { command = "run", subscription = google_pubsub_subscription.orders.name, role = "roles/pubsub.viewer" }
      "run consumes payments"          = { command = "run", subscription = google_pubsub_subscription.payments.name, role = "roles/pubsub.subscriber" }
      "run notices it of the payments" = { command = "run", subscription = google_pubsub_subscription.payments.name, role = "roles/pubsub.viewer" }
      "dlq reads dead letters"         = { command = "dlq", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.subscriber" }
      "dlq tells their retention"      = { command = "dlq", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.viewer" }
      "restore sees what is there"     = { command = "restore", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.subscriber" }
      "doctor looks at orders"         = { command = "doctor", subscription = google_pubsub_subscription.orders.name, role = "roles/pubsub.viewer" }
      "doctor looks at payments"       = { command = "doctor", subscription = google_pubsub_subscription.payments.name, role = "roles/pubsub.viewer" }
      "doctor looks at dead letters"   = { command = "doctor", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.viewer" }
    },
    var.run_redrives ? {
      "run redrives dead letters"    = { command = "run", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.subscriber" }
      "run looks at their retention" = { command = "run", subscription = google_pubsub_subscription.dlq.name, role = "roles/pubsub.viewer" }
    } : {}
  )

  topic_rights = {
    "run publishes dead letters"    = { command = "run", topic = google_pubsub_topic.dlq.name, role = "roles/pubsub.publisher" }
    "run notices a missing topic"   = { command = "run", topic = google_pubsub_topic.dlq.name, role = "roles/pubsub.viewer" }
    "restore publishes them again"  = { command = "restore", topic = google_pubsub_topic.dlq.name, role = "roles/pubsub.publisher" }
    "doctor looks at the orders"    = { command = "doctor", topic = google_pubsub_topic.orders.name, role = "roles/pubsub.viewer" }
    "doctor looks at the payments"  = { command = "doctor", topic = google_pubsub_topic.payments.name, role = "roles/pubsub.viewer" }
    "doctor looks at the dlq topic" = { command = "doctor", topic = google_pubsub_topic.dlq.name, role = "roles/pubsub.viewer" }
  }

  # Which service account of Kubernetes is whose (deploy/kubernetes).
  kubernetes_accounts = var.kubernetes_namespace == "" ? {} : {
    run = "counterfoil"
    dlq = "counterfoil-redrive"
  }
}

resource "google_service_account" "command" {
  for_each     = local.commands
  project      = var.project
  account_id   = "counterfoil-${each.key}"
  display_name = "counterfoil ${each.key}"
}

resource "google_pubsub_subscription_iam_member" "right" {
  for_each     = local.subscription_rights
  project      = var.project
  subscription = each.value.subscription
  role         = each.value.role
  member       = google_service_account.command[each.value.command].member
}

resource "google_pubsub_topic_iam_member" "right" {
  for_each = local.topic_rights
  project  = var.project
  topic    = each.value.topic
  role     = each.value.role
  member   = google_service_account.command[each.value.command].member
}

resource "google_pubsub_topic_iam_member" "orders_publisher" {
  for_each = var.publishers
  project  = var.project
  topic    = google_pubsub_topic.orders.name
  role     = "roles/pubsub.publisher"
  member   = each.value
}

resource "google_pubsub_topic_iam_member" "payments_publisher" {
  for_each = var.publishers
  project  = var.project
  topic    = google_pubsub_topic.payments.name
  role     = "roles/pubsub.publisher"
  member   = each.value
}

resource "google_service_account_iam_member" "workload_identity" {
  for_each           = local.kubernetes_accounts
  service_account_id = google_service_account.command[each.key].name
  role               = "roles/iam.workloadIdentityUser"
  member             = "serviceAccount:${var.project}.svc.id.goog[${var.kubernetes_namespace}/${each.value}]"
}
