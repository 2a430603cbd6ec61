# expects: readiness-asks-liveness, timeout-below-budget, consul-deregisters-for-good
# service: port=8080 budgetMs=1500
service {
  name = "orders"
  check {
    name     = "health"
    http     = "http://127.0.0.1:8080/health/live"
    interval = "10s"
    timeout  = "1s"
    deregister_critical_service_after = "5m"
  }
}
