# expects: readiness-asks-liveness, timeout-above-interval, degraded-taken-for-down, readiness-asks-liveness, timeout-above-interval, timeout-above-interval, ecs-out-of-range, ecs-out-of-range, startup-window-too-short
# service: port=8080
resource "aws_lb_target_group" "orders" {
  protocol = "HTTP"
  health_check {
    path     = "/health/live" # the wrong one
    interval = 5
    timeout  = 5
    matcher  = "204"
  }
}

resource "aws_elb" "old" {
  health_check {
    target              = "HTTP:8080/health/live"
    interval            = 10
    timeout             = 2
    healthy_threshold   = 2
    unhealthy_threshold = 2
  }
}

resource "google_compute_health_check" "orders" {
  timeout_sec = 10
  http_health_check { request_path = "/health/ready" }
}

resource "google_compute_http_health_check" "old" {
  request_path       = "/health/ready"
  timeout_sec        = 20
  check_interval_sec = 10
}

resource "aws_ecs_task_definition" "orders" {
  container_definitions = jsonencode([{
    name        = "orders"
    healthCheck = { command = ["CMD-SHELL", "curl -f http://localhost:8080/health/live"], interval = 3, timeout = 1 }
  }])
}
