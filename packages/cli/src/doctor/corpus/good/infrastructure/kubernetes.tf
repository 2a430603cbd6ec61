# service: port=8080 startupMs=30000 drainDelayMs=5000 inFlightMs=10000
resource "kubernetes_deployment" "orders" {
  metadata {
    name = local.name
  }
  spec {
    replicas = var.replicas
    selector {
      match_labels = { "app.kubernetes.io/name" = local.name }
    }
    template {
      metadata {
        labels = { "app.kubernetes.io/name" = local.name }
      }
      spec {
        termination_grace_period_seconds = 30
        init_container {
          name    = "migrate"
          image   = var.image
          command = ["npm", "run", "migrate"]
        }
        container {
          name  = "orders"
          image = var.image
          port {
            name           = "http"
            container_port = "8080"
          }
          dynamic "env" {
            for_each = var.environment
            content {
              name  = env.key
              value = env.value
            }
          }
          startup_probe {
            http_get {
              path = "/health/startup"
              port = "http"
            }
            period_seconds    = 3
            timeout_seconds   = 2
            failure_threshold = 12
          }
          liveness_probe {
            http_get {
              path = "/health/live"
              port = "8080"
            }
            timeout_seconds = "2"
          }
          readiness_probe {
            http_get {
              path = "/health/ready"
              port = var.port
            }
            timeout_seconds = var.timeout
          }
        }
      }
    }
  }
}

# Of what both sides fill in later nobody here can tell whether they meet.
resource "kubernetes_deployment_v1" "worker" {
  metadata { name = "worker" }
  spec {
    template {
      metadata { labels = { app = local.name } }
      spec {
        container {
          name  = "worker"
          image = "registry.example/worker:1"
        }
      }
    }
  }
}

resource "kubernetes_service_v1" "worker" {
  metadata { name = "worker" }
  spec {
    selector = { app = local.name }
    port { port = 80 }
  }
}

resource "kubernetes_pod_disruption_budget_v1" "orders" {
  metadata { name = "orders" }
  spec {
    max_unavailable = "1"
    selector {
      match_labels = { "app.kubernetes.io/name" = local.name }
    }
  }
}

resource "kubernetes_manifest" "read" {
  manifest = yamldecode(file("${path.module}/service.yaml"))
}
