terraform {
  required_providers { aws = { source = "hashicorp/aws", version = "~> 5.0" } }
}

locals {
  name = "orders-${var.stage}"
  tags = merge(var.tags, { Name = "orders" })
  many = { for k, v in var.things : k => upper(v) if v != "" }
}

module "vpc" {
  source   = "terraform-aws-modules/vpc/aws"
  for_each = toset(["a", "b"])
}

resource "aws_lb_target_group" "orders" {
  name     = local.name
  port     = 8080
  protocol = "HTTP"
  vpc_id   = module.vpc["a"].vpc_id

  health_check {
    enabled             = true
    path                = "/health/ready" # what is out of service answers 503
    interval            = 10
    timeout             = 5
    healthy_threshold   = 2
    unhealthy_threshold = 3
    matcher             = "200-299"
  }

  lifecycle { create_before_destroy = true }
}

resource "aws_lb_target_group" "by_variable" {
  for_each = var.services
  protocol = "HTTP"
  health_check {
    path     = each.value.health_path
    interval = var.interval
    timeout  = min(var.interval - 1, 5)
    matcher  = var.stage == "prod" ? "200" : "200-399"
  }
}

resource "aws_lb_target_group" "tcp" {
  protocol = "TCP"
  health_check { protocol = "TCP" }
}

resource "aws_ecs_task_definition" "orders" {
  family = "orders"
  container_definitions = jsonencode([
    {
      name      = "orders"
      image     = "${var.registry}/orders:${var.tag}"
      essential = true
      "healthCheck" : { "command" : ["CMD-SHELL", "curl -f http://localhost:8080/health/live || exit 1"], "interval" : 10, "timeout" : 5, "retries" : 3 },
    },
  ])
}

resource "google_compute_health_check" "orders" {
  name               = "orders"
  check_interval_sec = 10
  timeout_sec        = 5
  http_health_check {
    port         = 8080
    request_path = "/health/ready"
  }
}

resource "google_compute_region_health_check" "grpc" {
  grpc_health_check { port = 50051 }
}

resource "azurerm_lb_probe" "orders" {
  port                = 8080
  protocol            = "Http"
  request_path        = "/health/ready"
  interval_in_seconds = 5
  probe_threshold     = 2
}

resource "local_file" "script" {
  content = <<-EOT
    #!/bin/sh
    # } an unbalanced brace, and "a quote
    curl http://localhost/health/live
  EOT
}

/* health_check { path = "/health/live" } */
output "arn" { value = aws_lb_target_group.orders.arn }
