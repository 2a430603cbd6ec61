# expects: liveness-restarts-at-once, timeout-above-period, liveness-asks-readiness, no-readiness-probe, exec-probe-without-timeout, invalid-probe, pdb-blocks-eviction
resource "kubernetes_deployment_v1" "orders" {
  metadata {
    name   = "orders"
    labels = { app_name = "orders" }
  }
  spec {
    replicas = 2
    selector {
      match_labels = { app_name = "orders" }
    }
    template {
      metadata {
        labels = { app_name = "orders" }
      }
      spec {
        container {
          name  = "log"
          image = "registry.example/log:1"
          liveness_probe {
            # once a day it hangs
            exec {
              command = ["cat", "/tmp/alive"]
            }
            failure_threshold = 1
          }
        }
        container {
          name  = "orders"
          image = var.image
          port {
            name           = "http"
            container_port = 8080
          }
          liveness_probe {
            http_get {
              path = "/health/ready"
              port = "8080"
            }
            period_seconds  = 5
            timeout_seconds = 30 # patience
          }
        }
      }
    }
  }
}

resource "kubernetes_service" "orders" {
  metadata {
    name = "orders"
  }
  spec {
    selector = { app_name = "orders" }
    port {
      port        = 80
      target_port = 8080
    }
  }
}

resource "kubernetes_manifest" "budget" {
  manifest = {
    apiVersion = "policy/v1"
    kind       = "PodDisruptionBudget"
    metadata   = { name = "orders" }
    spec = {
      minAvailable = 2
      selector     = { matchLabels = { app_name = "orders" } }
    }
  }
}

resource "kubernetes_manifest" "quoted" {
  manifest = {
    apiVersion = "v1"
    kind       = "Pod"
    metadata   = { name = "quoted" }
    spec = {
      containers = [{
        name  = "quoted"
        image = "registry.example/quoted:1"
        readinessProbe = {
          tcpSocket = { port = "80" }
        }
      }]
    }
  }
}
