service {
  name = "orders"
  port = 8080
  tags = ["v1"]
  checks = [
    { id = "ready", http = "http://127.0.0.1:8080/health/ready", interval = "10s", timeout = "2s" },
    { id = "beat", ttl = "30s" },
  ]
  connect { sidecar_service {} }
}
