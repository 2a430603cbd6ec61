// An application gateway with a probe; the rest is left out.
@description('Where it runs')
param location string = resourceGroup().location
param hosts array = [
  'a.example'
]
targetScope = 'resourceGroup'

resource gateway 'Microsoft.Network/applicationGateways@2024-01-01' = {
  name: 'gateway-${uniqueString(resourceGroup().id)}'
  location: location
  properties: {
    probes: [
      {
        name: 'orders'
        properties: {
          protocol: 'Http'
          path: '/health/ready'
          interval: 10
          timeout: 5
          unhealthyThreshold: 3
          match: { statusCodes: [ '200-299' ] }
        }
      }
    ]
    frontendPorts: [for host in hosts: {
      name: host
    }]
    script: '''
      curl 'http://localhost/health/live' {
    '''
  }
}
