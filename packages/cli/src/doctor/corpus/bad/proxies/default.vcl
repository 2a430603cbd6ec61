# expects: readiness-asks-liveness, timeout-below-budget, degraded-taken-for-down
# service: port=8080 budgetMs=1500
vcl 4.1;
backend a {
  .host = "10.0.0.1";
  .probe = {
    .url = "/health/live"; # alive
    .timeout = 1s;
    .expected_response = 204;
  }
}
