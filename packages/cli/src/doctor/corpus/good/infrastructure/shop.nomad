job "shop" {
  datacenters = ["dc1"]
  group "web" {
    count = 2
    network { port "http" { to = 8080 } }
    task "web" {
      driver = "docker"
      config {
        image = "registry.example/shop:1"
        ports = ["http"]
      }
      service {
        name = "shop"
        port = "http"
        check {
          name     = "ready"
          type     = "http"
          path     = "/health/ready"
          interval = "10s"
          timeout  = "2s"
        }
        check {
          name     = "alive"
          type     = "tcp"
          interval = "10s"
          timeout  = "2s"
          check_restart { limit = 3 }
        }
      }
    }
  }
}
