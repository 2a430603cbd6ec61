# expects: readiness-asks-liveness, degraded-taken-for-down
# service: port=8080
resource "azurerm_application_gateway" "main" {
  name = "main"
  probe {
    name                = "orders"
    protocol            = "Http"
    path                = "/health/live"
    interval            = 10
    timeout             = 5
    unhealthy_threshold = 3
    match { status_code = ["204"] }
  }
}
