import type { Wanted } from './provide.ts'

export const checkHttpProgram: Wanted = {
  name: 'check_http',
  program: 'check_http',
  debianPackage: 'monitoring-plugins-basic',
  directories: () => ['/usr/lib/nagios/plugins', '/usr/lib/monitoring-plugins'],
}
