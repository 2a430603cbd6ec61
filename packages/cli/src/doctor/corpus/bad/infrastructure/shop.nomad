# expects: liveness-asks-readiness
job "shop" {
  group "web" {
    service {
      name = "shop"
      check {
        type     = "http"
        path     = "/health/ready"
        interval = "10s"
        timeout  = "2s"
        check_restart { limit = 3 }
      }
    }
  }
}
