// expects: readiness-asks-liveness
// # service: port=8080
resource balancer 'Microsoft.Network/loadBalancers@2024-01-01' = {
  name: 'main'
  properties: {
    probes: [
      { name: 'orders', properties: { protocol: 'Http', requestPath: '/health/live', intervalInSeconds: 5, probeThreshold: 2 } }
    ]
  }
}
