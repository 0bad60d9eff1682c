output "accounts" {
  description = "The service account of each command."
  value       = { for command, account in google_service_account.command : command => account.email }
}
