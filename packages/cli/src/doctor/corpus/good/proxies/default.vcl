vcl 4.1;
import directors;
# .url = "/health/live" is what one would ask to restart it.
probe ready {
  .request = "GET /health/ready HTTP/1.1" "Host: orders" "Connection: close";
  .timeout = 2s; .interval = 5s; .window = 5; .threshold = 3;
}
backend a { .host = "10.0.0.1"; .port = "8080"; .probe = ready; }
backend b { .host = "10.0.0.2"; .port = "8080"; .probe = { .url = "/health/ready"; .timeout = 2s; } }
sub vcl_recv {
  if (req.url ~ "^/admin") { return (synth(403, "No { here }")); }
  set req.backend_hint = a;
}
