# expects: signal-not-handed-on
resource "aws_ecs_task_definition" "orders" {
  family                = "orders"
  container_definitions = jsonencode([{ name = "orders", image = "node:24", command = ["sh", "-c", "node main.js"] }])
}
