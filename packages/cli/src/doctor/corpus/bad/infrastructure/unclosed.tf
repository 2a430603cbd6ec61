# expects: unreadable, readiness-asks-liveness
resource "azurerm_lb_probe" "orders" {
  request_path        = "/health/live"
  interval_in_seconds = 5
  probe_threshold     = 2
